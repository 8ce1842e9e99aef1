// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.telemetry;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Where lines go: a file, appended to, or the standard output when there is no path. Used by one thread. */
final class LogOutput implements AutoCloseable {
    private static final ByteBuffer NEW_LINE =
            ByteBuffer.wrap(new byte[] {'\n'}).asReadOnlyBuffer();

    private final @Nullable Path path;
    private @Nullable FileChannel channel;
    private boolean midLine;

    LogOutput(@Nullable Path path) {
        this.path = path;
    }

    /** Opens the output; when it is a file that was open, goes over to what the path names now. */
    void open() throws IOException {
        FileChannel fresh = path == null
                ? standardOutput()
                : FileChannel.open(
                        path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        boolean changed = channel != null && path != null;
        close();
        channel = fresh;
        midLine &= !changed;
    }

    /** What keeps the file from being opened, as far as that can be told without doing so; empty when nothing does. */
    static String problem(Path file) {
        if (Files.isDirectory(file)) {
            return "is a folder, expected a file";
        }
        if (Files.exists(file)) {
            return Files.isWritable(file) ? "" : "must not be written by this user";
        }
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            return "cannot be made: its folder does not exist";
        }
        return Files.isWritable(folder) ? "" : "cannot be made: its folder must not be written by this user";
    }

    /**
     * Writes all of the buffer; its position tells how far it came when it throws. After a failure, opens the file again first and
     * ends a line that was cut short. Blocks for as long as the output does.
     */
    void write(ByteBuffer lines) throws IOException {
        if (channel == null) {
            open();
        }
        FileChannel out = channel;
        if (out == null) {
            throw new IOException("the output is closed");
        }
        try {
            if (midLine) {
                out.write(NEW_LINE.duplicate());
                midLine = false;
            }
            while (lines.hasRemaining()) {
                out.write(lines);
            }
        } catch (IOException e) {
            midLine |= lines.position() > 0 && lines.get(lines.position() - 1) != '\n';
            forget();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        FileChannel open = channel;
        channel = null;
        if (open != null && path != null) {
            open.close();
        }
    }

    private void forget() {
        try {
            close();
        } catch (IOException e) {
            channel = null;
        }
    }

    @SuppressWarnings("resource") // the process's own output stays open
    private static FileChannel standardOutput() {
        return new FileOutputStream(FileDescriptor.out).getChannel();
    }
}
