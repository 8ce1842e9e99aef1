// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The HTML report of a run. Gatling gives its counts out in no other form: its log is binary and its own, and a file of
 * statistics is no longer written.
 */
public final class GatlingReport {

    private static final Pattern ROW = Pattern.compile("<tr id=\"req_[^\"]*\".*?</tr>", Pattern.DOTALL);
    private static final Pattern NAME = Pattern.compile("class=\"ellipsed-name\">([^<]*)<");
    private static final String PLACE = "<div class=\"schema geant\"";
    private static final int TOTAL = 2;
    private static final int OK = 3;
    private static final int KO = 4;
    private static final int P50 = 8;
    private static final int P99 = 11;

    private final Path page;
    private final String html;

    private GatlingReport(Path page, String html) {
        this.page = page;
        this.html = html;
    }

    /** Reads the report in a folder. */
    public static GatlingReport in(Path folder) throws IOException {
        var page = folder.resolve("index.html");
        return new GatlingReport(page, Files.readString(page));
    }

    /** The page to open in a browser. */
    public Path page() {
        return page;
    }

    /**
     * The rows of its table of statistics, one for each name of a request.
     *
     * @throws IOException when there is none, as after another release of Gatling
     */
    public List<Requests> requests() throws IOException {
        var rows = new ArrayList<Requests>();
        var matcher = ROW.matcher(html);
        while (matcher.find()) {
            rows.add(requests(matcher.group()));
        }
        if (rows.isEmpty()) {
            throw new IOException(page + " has no table of requests that can be read");
        }
        return rows;
    }

    private Requests requests(String row) throws IOException {
        var name = NAME.matcher(row);
        if (!name.find()) {
            throw new IOException(page + " has a row without a name: " + row);
        }
        return new Requests(
                name.group(1), count(row, TOTAL), count(row, OK), count(row, KO), cell(row, P50), cell(row, P99));
    }

    private long count(String row, int column) throws IOException {
        long count = cell(row, column);
        if (count < 0) {
            throw new IOException(page + " has no number in column " + column + " of " + row);
        }
        return count;
    }

    /** -1 for a dash: no such request. */
    private static long cell(String row, int column) {
        var cell = Pattern.compile("<td class=\"value \\w+ col-" + column + "\">([^<]*)</td>")
                .matcher(row);
        if (!cell.find() || !cell.group(1).strip().matches("\\d{1,18}")) {
            return -1;
        }
        return Long.parseLong(cell.group(1).strip());
    }

    /** Puts the findings before Gatling's charts. */
    public void add(String section) throws IOException {
        int place = html.indexOf(PLACE);
        if (place < 0) {
            throw new IOException(page + " has no place for the gateway's counts");
        }
        Files.writeString(page, html.substring(0, place) + section + html.substring(place));
    }
}
