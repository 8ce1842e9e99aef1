// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Who is on the other end of a downstream connection; one instance for all exchanges of the connection.
 *
 * @param listener the name of the listener that accepted it
 * @param address the literal IP address, never a name
 * @param port the TCP port, 0 to 65 535
 * @param secure whether the connection is TLS
 * @param trust whether the address is within the trusted networks, as they are configured now
 * @param certificates which it has shown in the TLS handshake and the listener has verified, its own first; none where none was asked for
 */
public record Peer(
        String listener,
        String address,
        int port,
        boolean secure,
        BooleanSupplier trust,
        List<X509Certificate> certificates) {

    public Peer {
        certificates = List.copyOf(certificates);
    }

    /** A peer without a certificate. */
    public Peer(String listener, String address, int port, boolean secure, BooleanSupplier trust) {
        this(listener, address, port, secure, trust, List.of());
    }

    /** A peer who is trusted, or not, for good. */
    public Peer(String listener, String address, int port, boolean secure, boolean trusted) {
        this(listener, address, port, secure, () -> trusted);
    }

    /** The same peer, which has shown these. */
    public Peer showing(List<X509Certificate> shown) {
        return shown.isEmpty() ? this : new Peer(listener, address, port, secure, trust, shown);
    }

    /**
     * The scheme that the caller of a request used: {@code http} or {@code https}. It is what {@code x-forwarded-proto} says, which stays in
     * a request only where whoever wrote it is believed, or the connection's own.
     *
     * @param request as the filters have left it
     */
    public String scheme(Head request) {
        String forwarded = request.value("x-forwarded-proto");
        if (forwarded != null && (forwarded.equals("http") || forwarded.equals("https"))) {
            return forwarded;
        }
        return secure ? "https" : "http";
    }

    public boolean trusted() {
        return trust.getAsBoolean();
    }

    @Override
    public String toString() {
        return address.indexOf(':') >= 0 ? "[" + address + "]:" + port : address + ":" + port;
    }
}
