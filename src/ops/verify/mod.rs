//! The checklist after a deploy.
