//! Who is connected, and what waits for them.

use maud::{Markup, html};

use super::show::size;
use super::view::View;

pub(super) fn live(view: &View) -> Markup {
    let (open, waiting, layer) = (&view.live.sockets, &view.live.outboxes, &view.live.channels);
    let rooms = &view.live.rooms;
    html! {
        section {
            h2 { "Live" }
            table {
                thead { tr { th scope="col" { "What" } th scope="col" { "Now" } th scope="col" { "Of it" } } }
                tbody {
                    tr { th scope="row" { "Sockets" } td { (open.taken) " of " (open.places) }
                        td { (open.notifications) " for notifications, " (open.collaborations) " for drawing together; " (open.people) " people" } }
                    tr { th scope="row" { "Waiting to be taken" } td { (size(waiting.bytes)) " of " (size(waiting.budget)) }
                        td { (waiting.messages) " messages; " (waiting.dropped) " dropped, " (waiting.overflows) " sockets closed for it" } }
                    tr { th scope="row" { "Rooms" } td { (rooms.rooms) " open" }
                        td { (rooms.waiting) " strokes and texts wait to be written" } }
                    tr { th scope="row" { "Between servers" } td { (layer.layer) @if !layer.is_connected { ", " strong.bad { "not connected" } } }
                        td { (layer.groups) " groups; " (layer.queued_messages) " messages wait, " (layer.dropped) " given up" } }
                }
            }
        }
    }
}
