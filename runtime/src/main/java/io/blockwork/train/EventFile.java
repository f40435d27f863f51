package io.blockwork.train;

import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * A file of TensorBoard's events: TFRecords (length, masked CRC-32C of the length, data, masked
 * CRC-32C of the data; little-endian) of protocol-buffer messages, of which only the few fields
 * needed are written.
 */
final class EventFile implements AutoCloseable {
  private static final int MASK_DELTA = 0xa282ead8;

  /** SessionLog.SessionStatus.START: TensorBoard forgets what it read of this step and later. */
  private static final int START = 1;

  private final OutputStream out;

  /** Creates the file; its folder too. */
  EventFile(Path path) throws IOException {
    Files.createDirectories(path.toAbsolutePath().resolveSibling(""));
    Files.createFile(path);
    // Not a stream of Files: an interrupt of the thread would close that for good.
    out = new FileOutputStream(path.toFile());
    write(event(0).text(3, "brain.Event:2"));
  }

  /** Says that steps from this one on come anew. */
  void start(long step) throws IOException {
    write(event(step).message(7, new Message().number(1, START)));
  }

  /** Adds one value. */
  void scalar(long step, String tag, double value) throws IOException {
    Message point = new Message().text(1, tag).single(2, (float) value);
    write(event(step).message(5, new Message().message(1, point)));
  }

  private static Message event(long step) {
    Message event = new Message().real(1, System.currentTimeMillis() / 1000.0);
    // Protocol buffers leave zeros out.
    return step == 0 ? event : event.number(2, step);
  }

  /** One call to the system for each record, so that a killed process leaves whole records. */
  private void write(Message event) throws IOException {
    byte[] data = event.bytes();
    ByteBuffer record = ByteBuffer.allocate(data.length + 16).order(ByteOrder.LITTLE_ENDIAN);
    record.putLong(data.length);
    record.putInt(maskedCrc(record.array(), Long.BYTES));
    record.put(data).putInt(maskedCrc(data, data.length));
    out.write(record.array());
  }

  private static int maskedCrc(byte[] data, int length) {
    CRC32C crc = new CRC32C();
    crc.update(data, 0, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  /** A protocol-buffer message in the making. */
  private static final class Message {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Message number(int field, long value) {
      return key(field, 0).varint(value);
    }

    Message real(int field, double value) {
      key(field, 1);
      return little(Double.doubleToLongBits(value), Double.BYTES);
    }

    Message single(int field, float value) {
      key(field, 5);
      return little(Float.floatToIntBits(value), Float.BYTES);
    }

    Message text(int field, String value) {
      return block(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Message message(int field, Message value) {
      return block(field, value.bytes());
    }

    byte[] bytes() {
      return bytes.toByteArray();
    }

    private Message block(int field, byte[] value) {
      key(field, 2).varint(value.length);
      bytes.writeBytes(value);
      return this;
    }

    private Message key(int field, int wireType) {
      return varint((long) field << 3 | wireType);
    }

    private Message varint(long value) {
      long rest = value;
      while ((rest & ~0x7fL) != 0) {
        bytes.write((int) (rest & 0x7f | 0x80));
        rest >>>= 7;
      }
      bytes.write((int) rest);
      return this;
    }

    private Message little(long bits, int count) {
      for (int i = 0; i < count; i++) {
        bytes.write((int) (bits >>> (8 * i)));
      }
      return this;
    }
  }
}
