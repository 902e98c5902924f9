//! A class list on paper: a slip for each child, to be cut apart.

use axum::http::HeaderValue;
use axum::response::Response;
use maud::{PreEscaped, html};

use super::{Page, put_page_headers};
use crate::wire::origin::Origin;

/// Stands for the slips while the page around them is made. Nothing that a person writes holds it.
const SLIPS: &str = "\0";

/// What stands on a child's slip.
#[derive(Clone, Copy, Debug)]
pub struct Slip<'a> {
    /// The child.
    pub name: &'a str,
    /// To sign in with.
    pub username: &'a str,
    /// To sign in with; nothing on a sheet without passwords.
    pub password: Option<&'a str>,
}

/// What stands before and after the slips of a class.
pub fn around(class: &str, origin: &Origin, has_passwords: bool) -> (String, String) {
    let content = html! {
        h1 { (class) }
        p.lead {
            @if has_passwords {
                "Please print this page or write the passwords down now: they are not shown again."
            } @else {
                "The user names of this class. Passwords are not shown: give a child a new one when it has forgotten it."
            }
        }
        p.small { "To sign in, a child types its user name where the app asks for an e-mail address. The server is " code { (origin) "/api" } "." }
        div.slips { (PreEscaped(SLIPS)) }
    };
    let Page(_, markup) = Page::new(&format!("Tinytales: {class}"), &content);
    let page = markup.into_string();
    page.split_once(SLIPS)
        .map(|(head, tail)| (head.to_owned(), tail.to_owned()))
        .unwrap_or_default()
}

/// A child's slip.
pub fn slip(slip: &Slip<'_>) -> String {
    let slip = html! {
        div.slip {
            p.who { (slip.name) }
            p { "User name " code { (slip.username) } }
            @if let Some(password) = slip.password { p { "Password " code { (password) } } }
        }
    };
    slip.into_string()
}

/// The answer as a page of ours, which is kept by no cache.
pub fn as_page(mut response: Response) -> Response {
    let headers = response.headers_mut();
    put_page_headers(headers);
    headers.insert(
        axum::http::header::CACHE_CONTROL,
        HeaderValue::from_static("no-store"),
    );
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_stand_inside_the_page_and_names_are_escaped() {
        let origin = Origin::new("https://tales.example");
        let (head, tail) = around("5B <script>", &origin, true);
        assert!(head.starts_with("<!DOCTYPE html>") && head.ends_with("<div class=\"slips\">"));
        assert!(tail.starts_with("</div>") && tail.ends_with("</html>"));
        assert!(head.contains("5B &lt;script&gt;") && !head.contains("<script"));
        assert!(head.contains("https://tales.example/api"));
        let slip = slip(&Slip {
            name: "Mia & Co",
            username: "mia15",
            password: Some("kite-moon-frog-482"),
        });
        assert!(slip.contains("Mia &amp; Co") && slip.contains("kite-moon-frog-482"));
        for outside in ["src=", "href=", "url(", "@import"] {
            assert!(!head.contains(outside), "{outside}: nothing comes from elsewhere");
        }
    }
}
