// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.http;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * Where requests go.
 *
 * @param path with the query, as it stands in the request line
 */
public record HttpTarget(InetSocketAddress address, String path) {

    /** The request with that method and path, the fields as {@code name: value}, and a body of so many zeros. */
    public HttpRequest request(String method, Iterable<String> fields, long bodyBytes) {
        var head = new StringBuilder(method)
                .append(' ')
                .append(path)
                .append(" HTTP/1.1\r\nhost: ")
                .append(address.getHostString())
                .append(':')
                .append(address.getPort())
                .append("\r\n");
        for (var field : fields) {
            head.append(field).append("\r\n");
        }
        if (bodyBytes > 0) {
            head.append("content-length: ").append(bodyBytes).append("\r\n");
        }
        return new HttpRequest(method, head.append("\r\n").toString(), bodyBytes);
    }

    /** A GET without fields of its own. */
    public HttpRequest get() {
        return request("GET", List.of(), 0);
    }
}
