//! Every achievement: what it asks for, and how it is told to a child of six to ten.
//!
//! Ids are stored in ledgers for ever: a group keeps its base, an entry its place. New entries go to the end of a group.

use super::Metric::{self, AvatarsUnlocked, BordersUnlocked, Counted, Level, Place};
use super::Rarity::{self, Common, Epic, Legendary, Rare, Uncommon};
use crate::rewards::counts::Count;

/// Achievements that go by one total.
pub(super) struct Group {
    /// The ids of its entries are this plus their place, from 1.
    pub(super) base: i64,
    /// A card on the profile page of the apps; others would not be shown.
    pub(super) category: &'static str,
    pub(super) metric: Metric,
    /// Of its common entries.
    pub(super) color: &'static str,
    pub(super) rarities: &'static [Rarity],
    /// The target, an icon, a name, and what to do.
    pub(super) entries: &'static [(i64, &'static str, &'static str, &'static str)],
}

const TEN: [Rarity; 10] = [
    Common, Common, Uncommon, Uncommon, Rare, Rare, Epic, Epic, Legendary, Legendary,
];
const PLACES: [Rarity; 10] = [
    Common, Uncommon, Uncommon, Rare, Rare, Epic, Epic, Legendary, Legendary, Legendary,
];
const FOUR: [Rarity; 4] = [Common, Uncommon, Rare, Epic];

#[rustfmt::skip] // one line for each achievement
pub(super) static GROUPS: [Group; 14] = [
    Group { base: 1_000_100, category: "published_stories", metric: Counted(Count::PublishedStories), color: "blue", rarities: &TEN, entries: &[
        (1, "🌱", "The First Leaf", "Publish your very first story."),
        (3, "🎈", "Up, Up and Away", "Publish 3 stories."),
        (5, "🖐️", "A Story for Each Finger", "Publish 5 stories."),
        (10, "📬", "The Story Post Office", "Publish 10 stories."),
        (15, "🧺", "A Basket Full of Tales", "Publish 15 stories."),
        (25, "🚂", "The Long Story Train", "Publish 25 stories."),
        (50, "🏡", "A House Made of Stories", "Publish 50 stories."),
        (75, "🌉", "The Bridge of Books", "Publish 75 stories."),
        (100, "🏰", "A Castle With a Hundred Doors", "Publish 100 stories."),
        (200, "🌌", "A Sky Full of Stories", "Publish 200 stories."),
    ] },
    Group { base: 1_000_200, category: "friends", metric: Counted(Count::Friends), color: "green", rarities: &TEN, entries: &[
        (1, "🤝", "Hello, You!", "Make your first friend."),
        (5, "🧃", "A Full Picnic Blanket", "Have 5 friends."),
        (10, "🛶", "Everybody in the Boat", "Have 10 friends."),
        (25, "🎒", "The Whole Class", "Have 25 friends."),
        (50, "🎪", "A Tent Full of Friends", "Have 50 friends."),
        (75, "🏘️", "The Friendly Street", "Have 75 friends."),
        (100, "🎡", "A Hundred High Fives", "Have 100 friends."),
        (150, "🚢", "A Ship of Friends", "Have 150 friends."),
        (200, "🏙️", "The Town That Waves", "Have 200 friends."),
        (500, "🌍", "Friend of the World", "Have 500 friends."),
    ] },
    Group { base: 1_000_300, category: "words", metric: Counted(Count::TotalWords), color: "blue", rarities: &TEN, entries: &[
        (100, "✏️", "A Sharp New Pencil", "Write 100 words in your stories."),
        (500, "🐜", "Busy as an Ant", "Write 500 words in your stories."),
        (1_000, "🐿️", "The Word Collector", "Write 1,000 words in your stories."),
        (5_000, "🌾", "A Field of Words", "Write 5,000 words in your stories."),
        (10_000, "🏔️", "Word Mountain", "Write 10,000 words in your stories."),
        (25_000, "🌊", "Waves of Words", "Write 25,000 words in your stories."),
        (50_000, "🐋", "As Big as a Whale", "Write 50,000 words in your stories."),
        (100_000, "🎆", "A Hundred Thousand Sparks", "Write 100,000 words in your stories."),
        (250_000, "🛰️", "Words Around the Earth", "Write 250,000 words in your stories."),
        (500_000, "☄️", "To the Stars, by Pencil", "Write 500,000 words in your stories."),
    ] },
    Group { base: 1_000_400, category: "likes", metric: Counted(Count::LikesReceived), color: "red", rarities: &TEN, entries: &[
        (1, "💌", "Somebody Smiled", "Get your first like."),
        (10, "🍓", "A Bowl of Berries", "Get 10 likes on your stories."),
        (25, "🌻", "The Sunflower Patch", "Get 25 likes on your stories."),
        (50, "🎁", "Fifty Little Gifts", "Get 50 likes on your stories."),
        (100, "🍭", "Sweet Shop", "Get 100 likes on your stories."),
        (250, "🎊", "Confetti Weather", "Get 250 likes on your stories."),
        (500, "💖", "Heart Parade", "Get 500 likes on your stories."),
        (1_000, "🏮", "A Thousand Lanterns", "Get 1,000 likes on your stories."),
        (2_500, "🌋", "Volcano of Hearts", "Get 2,500 likes on your stories."),
        (5_000, "🌈", "Everybody's Rainbow", "Get 5,000 likes on your stories."),
    ] },
    Group { base: 1_000_500, category: "comments", metric: Counted(Count::CommentsReceived), color: "green", rarities: &TEN, entries: &[
        (1, "🐤", "The First Tweet of the Morning", "Get your first comment."),
        (5, "🦜", "Parrot Talk", "Get 5 comments on your stories."),
        (10, "☕", "Chatter at the Table", "Get 10 comments on your stories."),
        (25, "🎤", "They Ask for More", "Get 25 comments on your stories."),
        (50, "🐝", "The Humming Garden", "Get 50 comments on your stories."),
        (100, "📯", "A Hundred Voices", "Get 100 comments on your stories."),
        (250, "🥁", "Drums in the Street", "Get 250 comments on your stories."),
        (500, "🎻", "The Story Orchestra", "Get 500 comments on your stories."),
        (1_000, "📣", "Talk of the Town", "Get 1,000 comments on your stories."),
        (2_500, "🗻", "The Echo Mountain", "Get 2,500 comments on your stories."),
    ] },
    Group { base: 1_000_600, category: "stories_read", metric: Counted(Count::StoriesRead), color: "blue", rarities: &TEN, entries: &[
        (1, "👀", "Peek Inside", "Read a story by somebody else."),
        (5, "🐛", "Little Bookworm", "Read 5 stories by others."),
        (10, "🔦", "Under the Blanket", "Read 10 stories by others."),
        (25, "🪑", "The Reading Corner", "Read 25 stories by others."),
        (50, "🦉", "Owl Hours", "Read 50 stories by others."),
        (100, "🧭", "Explorer of Shelves", "Read 100 stories by others."),
        (250, "🐫", "Caravan of Books", "Read 250 stories by others."),
        (500, "🔭", "Far-Seeing Reader", "Read 500 stories by others."),
        (1_000, "🧞", "A Thousand and One Nights, Nearly", "Read 1,000 stories by others."),
        (2_500, "🏛️", "The Living Library", "Read 2,500 stories by others."),
    ] },
    Group { base: 1_000_700, category: "leaderboard", metric: Place, color: "red", rarities: &PLACES, entries: &[
        (100, "🥾", "Boots On", "Be one of the top 100 authors."),
        (50, "🪜", "Up the Ladder", "Be one of the top 50 authors."),
        (25, "🧗", "The Good Climber", "Be one of the top 25 authors."),
        (10, "⛰️", "Above the Trees", "Be one of the top 10 authors."),
        (5, "🦅", "With the Eagles", "Be one of the top 5 authors."),
        (3, "🥉", "On the Steps", "Be one of the top 3 authors."),
        (2, "🥈", "So Close to the Sun", "Be one of the top 2 authors."),
        (1, "🥇", "The View From the Top", "Be the author with the most published stories."),
        (1, "🎖️", "First of a Great Many", "Be the author with the most published stories of at least 25 authors."),
        (1, "🌟", "The Brightest Star of All", "Be the author with the most published stories of at least 50 authors."),
    ] },
    Group { base: 1_000_800, category: "creation_type", metric: Counted(Count::TotalStories), color: "green", rarities: &TEN, entries: &[
        (1, "🐣", "Out of the Egg", "Begin your first story."),
        (3, "🖍️", "Three New Crayons", "Make 3 stories."),
        (5, "🧱", "Brick by Brick", "Make 5 stories."),
        (10, "🪁", "Kite Maker", "Make 10 stories."),
        (25, "🔧", "The Story Workshop", "Make 25 stories."),
        (50, "🎨", "Paint on Both Elbows", "Make 50 stories."),
        (75, "⚗️", "The Idea Kitchen", "Make 75 stories."),
        (100, "🏭", "The Dream Factory", "Make 100 stories."),
        (150, "🗿", "Maker of Worlds", "Make 150 stories."),
        (200, "🪐", "A Planet of Your Own", "Make 200 stories."),
    ] },
    Group { base: 1_000_900, category: "collab", metric: Counted(Count::CollaborationsCompleted), color: "blue", rarities: &TEN, entries: &[
        (1, "🧩", "Two Puzzle Pieces", "Publish a story that you made together with others."),
        (3, "🚲", "A Bike for Two", "Publish 3 stories together with others."),
        (5, "🪢", "A Strong Knot", "Publish 5 stories together with others."),
        (10, "🍲", "Soup With Many Spoons", "Publish 10 stories together with others."),
        (25, "🎏", "Flags on One String", "Publish 25 stories together with others."),
        (50, "🏗️", "The Building Crew", "Publish 50 stories together with others."),
        (75, "🪅", "Party of Pencils", "Publish 75 stories together with others."),
        (100, "🎠", "The Merry-Go-Round", "Publish 100 stories together with others."),
        (150, "🛤️", "Side by Side", "Publish 150 stories together with others."),
        (200, "🕸️", "The Great Story Web", "Publish 200 stories together with others."),
    ] },
    Group { base: 1_001_000, category: "views", metric: Counted(Count::ViewsReceived), color: "red", rarities: &TEN, entries: &[
        (1, "🚪", "A Knock at the Door", "Somebody looks at your story."),
        (10, "🪟", "Faces at the Window", "Your stories are looked at 10 times."),
        (50, "🏕️", "Around the Campfire", "Your stories are looked at 50 times."),
        (100, "🎟️", "A Hundred Tickets", "Your stories are looked at 100 times."),
        (250, "🎭", "Curtain Up", "Your stories are looked at 250 times."),
        (500, "🚌", "They Come by the Busload", "Your stories are looked at 500 times."),
        (1_000, "🏟️", "A Thousand Seats", "Your stories are looked at 1,000 times."),
        (2_500, "🎬", "Bigger Than the Cinema", "Your stories are looked at 2,500 times."),
        (5_000, "🗺️", "On Every Map", "Your stories are looked at 5,000 times."),
        (10_000, "🌠", "Seen From the Moon", "Your stories are looked at 10,000 times."),
    ] },
    Group { base: 1_001_100, category: "games", metric: Counted(Count::GamesCompleted), color: "green", rarities: &TEN, entries: &[
        (1, "🎯", "First Throw", "Finish a story game."),
        (5, "🎲", "Roll Again", "Finish 5 story games."),
        (10, "🪀", "Yo-Yo Thinker", "Finish 10 story games."),
        (25, "🧠", "The Clever Fox", "Finish 25 story games."),
        (50, "🏓", "Quick as Ping-Pong", "Finish 50 story games."),
        (100, "🕵️", "Word Detective", "Finish 100 story games."),
        (250, "🎳", "All Ten Pins", "Finish 250 story games."),
        (500, "🐙", "Eight Arms Would Help", "Finish 500 story games."),
        (1_000, "🏆", "The Thousandth Game", "Finish 1,000 story games."),
        (2_500, "🐲", "Dragon of Riddles", "Finish 2,500 story games."),
    ] },
    Group { base: 1_001_200, category: "level", metric: Level, color: "blue", rarities: &TEN, entries: &[
        (2, "🪴", "Growing Already", "Reach level 2."),
        (5, "🌿", "Five Leaves Tall", "Reach level 5."),
        (10, "🌳", "Climbing Tree", "Reach level 10."),
        (15, "🎢", "The Fast Track", "Reach level 15."),
        (20, "🚁", "Above the Roofs", "Reach level 20."),
        (25, "☁️", "Head in the Clouds", "Reach level 25."),
        (30, "✈️", "Higher Than the Birds", "Reach level 30."),
        (40, "🚀", "Lift-Off", "Reach level 40."),
        (50, "🌙", "Footprints on the Moon", "Reach level 50."),
        (100, "🌞", "As Far as the Sun", "Reach level 100."),
    ] },
    Group { base: 1_001_300, category: "rewards", metric: AvatarsUnlocked, color: "green", rarities: &FOUR, entries: &[
        (5, "🎀", "Something New to Wear", "Unlock 5 avatars."),
        (10, "🧸", "Dressing-Up Box", "Unlock 10 avatars."),
        (15, "👒", "A Hat for Every Day", "Unlock 15 avatars."),
        (20, "🦚", "Twenty Faces", "Unlock 20 avatars."),
    ] },
    Group { base: 1_001_400, category: "rewards", metric: BordersUnlocked, color: "green", rarities: &FOUR, entries: &[
        (3, "🖼️", "Nicely Framed", "Unlock 3 borders."),
        (5, "💍", "Ring Around the Picture", "Unlock 5 borders."),
        (7, "🪞", "Seven Shining Frames", "Unlock 7 borders."),
        (10, "💠", "The Frame Gallery", "Unlock 10 borders."),
    ] },
];
