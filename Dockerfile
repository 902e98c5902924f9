# syntax=docker/dockerfile:1

# The oldest glibc that the last stage has: both are Debian 13.
FROM rust:1-trixie AS build
# Backups may go to a bucket; --build-arg FEATURES= leaves that out.
ARG FEATURES=bucket
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin tinytales --features "$FEATURES" \
    && cp target/release/tinytales /tinytales \
    && mkdir /data

# No shell, no package manager, and a user who owns nothing but /data.
FROM gcr.io/distroless/cc-debian13:nonroot
COPY --from=build /tinytales /tinytales
COPY --from=build --chown=nonroot:nonroot /data /data
ENV HOST=0.0.0.0 PORT=8000 DATA_DIR=/data
# Mount a volume here, or set DATABASE_URL: what is inside of the container is gone with it.
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["/tinytales", "verify", "--health"]
ENTRYPOINT ["/tinytales"]
CMD ["serve"]
