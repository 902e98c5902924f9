//! The figures of live sockets, their outboxes and the channel layer.

use super::text::{Kind, Text};
use crate::app::App;

pub(super) fn live(text: &mut Text, app: &App) {
    sockets(text, app);
    outboxes(text, app);
    rooms(text, app);
    layer(text, app);
}

fn sockets(text: &mut Text, app: &App) {
    let open = app.live.sockets.gauges();
    let name = "tinytales_sockets";
    text.family(name, Kind::Gauge, "Live sockets.");
    text.figure(name, &[("kind", "notifications")], open.notifications);
    text.figure(name, &[("kind", "collaboration")], open.collaborations);
    text.gauge(
        "tinytales_sockets_limit",
        "Live sockets that there are places for.",
        open.places,
    );
    text.gauge(
        "tinytales_sockets_people",
        "People who have a live socket.",
        open.people,
    );
}

fn outboxes(text: &mut Text, app: &App) {
    let waiting = app.live.sockets.outboxes().gauges();
    text.gauge(
        "tinytales_outbox_messages",
        "Messages that wait to be taken by live sockets.",
        waiting.messages,
    );
    text.gauge(
        "tinytales_outbox_bytes",
        "Bytes that wait to be taken by live sockets.",
        waiting.bytes,
    );
    text.gauge(
        "tinytales_outbox_limit_bytes",
        "Bytes that may wait to be taken by live sockets.",
        waiting.budget,
    );
    text.counter(
        "tinytales_outbox_dropped_total",
        "Cursors and the like that were dropped because a client took too little.",
        waiting.dropped,
    );
    text.counter(
        "tinytales_outbox_overflows_total",
        "Live sockets that were closed because their client took too little.",
        waiting.overflows,
    );
}

fn rooms(text: &mut Text, app: &App) {
    let gauges = app.live.rooms.gauges();
    text.gauge(
        "tinytales_rooms",
        "Rooms of sessions that are held here because somebody is, or was a moment ago, in them.",
        gauges.rooms,
    );
    text.gauge(
        "tinytales_rooms_waiting",
        "Strokes, texts and the like that wait to be written to the database.",
        gauges.waiting,
    );
}

fn layer(text: &mut Text, app: &App) {
    let gauges = app.live.channels.gauges();
    let name = "tinytales_channels_connected";
    text.family(
        name,
        Kind::Gauge,
        "1 while the layer between servers has its server, or needs none.",
    );
    text.figure(name, &[("layer", gauges.layer)], u8::from(gauges.is_connected));
    text.gauge(
        "tinytales_channels_groups",
        "Groups with a member here.",
        gauges.groups,
    );
    text.gauge(
        "tinytales_channels_queued",
        "Messages that wait to be sent to other servers.",
        gauges.queued_messages,
    );
    text.gauge(
        "tinytales_channels_queued_bytes",
        "Bytes of these messages.",
        gauges.queued_bytes,
    );
    text.counter(
        "tinytales_channels_dropped_total",
        "Messages to other servers that were given up.",
        gauges.dropped,
    );
    text.counter(
        "tinytales_channels_resyncs_total",
        "How often members were told that something may be missing.",
        gauges.resyncs,
    );
    text.counter(
        "tinytales_channels_reconnects_total",
        "How often the layer has found its server again.",
        gauges.reconnects,
    );
}
