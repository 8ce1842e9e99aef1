// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.latency;

/** Something that is to take effect soon, each measured so many times. */
public enum Effect {
    /** From writing RST_STREAM to reading it at the upstream. */
    CANCEL("cancel -> upstream", "cancel_ms", "cancels reached the upstream"),

    /** From Redis' answer to {@code SET} to the first whole answer from the new target. */
    SET("SET -> call", "set_ms", "SETs took effect"),

    /** From writing a byte of a request body to reading it at the upstream; the first one of a body with the head before it. */
    UPLOAD("upload byte, h1 -> h1", "upload_ms", "bytes over HTTP/1.1 reached the upstream"),

    /** From writing a byte of a response body to reading it at the caller; the first one of a body with the head before it. */
    DOWNLOAD("download byte, h1 <- h1", "download_ms", "bytes over HTTP/1.1 reached the caller"),

    /** As {@link #UPLOAD}, of a caller that speaks HTTP/2. */
    HTTP2_UPLOAD("upload byte, h2 -> h1", "h2_upload_ms", "bytes over HTTP/2 reached the upstream"),

    /** As {@link #DOWNLOAD}, to a caller that speaks HTTP/2. */
    HTTP2_DOWNLOAD("download byte, h2 <- h1", "h2_download_ms", "bytes over HTTP/2 reached the caller");

    private final String row;
    private final String key;
    private final String sentence;

    Effect(String row, String key, String sentence) {
        this.row = row;
        this.key = key;
        this.sentence = sentence;
    }

    /** The title of its row in a table. */
    public String row() {
        return row;
    }

    /** Its key in JSON. */
    public String key() {
        return key;
    }

    /** Subject and verb for a number of them. */
    String sentence() {
        return sentence;
    }
}
