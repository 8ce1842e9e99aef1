// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.wire;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** A TLS connection that one side has ended: which one, with which alert (RFC 8446 §6.2), and what it found. */
public final class TlsFailure extends SSLException {
    private static final long serialVersionUID = 1L;
    /** Of an end without an alert. */
    private static final String NO_ALERT = "none";

    private static final String OTHER_ALERT = "other";
    /** The JDK's engine says only in words which alert it sent or got. */
    private static final Pattern WITH_ALERT = Pattern.compile("\\(([a-z0-9_]+)\\) ?(.*)", Pattern.DOTALL);

    private static final Pattern PLAINTEXT = Pattern.compile("Unexpected plaintext alert .*Alert: ([a-z0-9_]+)");
    private static final String RECEIVED = "Received fatal alert: ";
    /** The values of a label: nobody can make more of them. */
    private static final Set<String> ALERTS = Set.of(
            "close_notify",
            "unexpected_message",
            "bad_record_mac",
            "decryption_failed",
            "record_overflow",
            "decompression_failure",
            "handshake_failure",
            "no_certificate",
            "bad_certificate",
            "unsupported_certificate",
            "certificate_revoked",
            "certificate_expired",
            "certificate_unknown",
            "illegal_parameter",
            "unknown_ca",
            "access_denied",
            "decode_error",
            "decrypt_error",
            "export_restriction",
            "protocol_version",
            "insufficient_security",
            "internal_error",
            "inappropriate_fallback",
            "user_canceled",
            "no_renegotiation",
            "missing_extension",
            "unsupported_extension",
            "certificate_unobtainable",
            "unrecognized_name",
            "bad_certificate_status_response",
            "bad_certificate_hash_value",
            "unknown_psk_identity",
            "certificate_required",
            "no_application_protocol");

    private final transient Reason reason;

    /**
     * What is counted.
     *
     * @param peer whether the peer has ended it, and not we
     * @param alert the name of RFC 8446, {@code other} or {@code none}
     */
    public record Reason(boolean peer, String alert) {
        public Reason {
            alert = alert.equals(NO_ALERT) || ALERTS.contains(alert) ? alert : OTHER_ALERT;
        }
    }

    private TlsFailure(Reason reason, String detail, SSLException cause) {
        super(detail, cause);
        this.reason = reason;
    }

    private TlsFailure(Reason reason, String detail) {
        super(detail);
        this.reason = reason;
    }

    /** What the engine threw. */
    static TlsFailure of(SSLException thrown) {
        String plain = plaintextAlert(thrown);
        String said = plain == null ? String.valueOf(thrown.getMessage()) : RECEIVED + plain;
        Matcher parts = WITH_ALERT.matcher(said);
        String found = parts.matches() ? parts.group(2) : said;
        boolean peer = found.startsWith(RECEIVED);
        String named = parts.matches() ? parts.group(1) : OTHER_ALERT;
        Reason reason = new Reason(peer, peer ? found.substring(RECEIVED.length()) : named);
        String alert = who(reason) + " with the alert " + reason.alert();
        return new TlsFailure(reason, peer ? alert : alert + ": " + oneLine(found), thrown);
    }

    /** A client that has no keys yet cannot encrypt its alert, and the engine takes that for a broken record; null when it is none. */
    private static @Nullable String plaintextAlert(SSLException thrown) {
        Throwable cause = thrown.getCause();
        Matcher parts = PLAINTEXT.matcher(cause == null ? "" : String.valueOf(cause.getMessage()));
        return parts.matches() ? parts.group(1) : null;
    }

    /** The peer has closed the connection, with {@code close_notify} or without a word. */
    static TlsFailure closedByPeer(boolean notified) {
        Reason reason = new Reason(true, notified ? "close_notify" : NO_ALERT);
        return new TlsFailure(reason, who(reason) + (notified ? " with the alert close_notify" : " without an alert"));
    }

    private static String who(Reason reason) {
        return (reason.peer() ? "the peer" : "the gateway") + " ended TLS";
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s*[\\r\\n]+\\s*", " ");
    }

    /** Who ended it, and with which alert. */
    public Reason reason() {
        return reason;
    }
}
