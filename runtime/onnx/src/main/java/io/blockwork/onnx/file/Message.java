package io.blockwork.onnx.file;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Goes through the fields of a message of protobuf, one by one, without taking what is not asked
 * for into memory. A nested message ends where its length says, which never is behind the end of
 * the one around it.
 */
final class Message {
  /** Reads one field, of which the number is known already. */
  interface Field {
    /** Returns whether it has been read; if not, it is skipped. */
    boolean read(int number) throws IOException;
  }

  private final CodedInputStream in;
  private final long size;
  private final Budget budget;
  private int wire;

  /**
   * @param size of the whole file
   */
  Message(CodedInputStream in, long size, Budget budget) {
    this.in = in;
    this.size = size;
    this.budget = budget;
  }

  Budget budget() {
    return budget;
  }

  /** Reads the fields up to the end of the message. */
  void fields(Field field) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      wire = WireFormat.getTagWireType(tag);
      if (!field.read(WireFormat.getTagFieldNumber(tag)) && !in.skipField(tag)) {
        throw OnnxException.damaged("the file is damaged: a group ends that has not begun");
      }
    }
  }

  /** Reads the fields of a nested message. */
  void nested(Field field) throws IOException {
    int limit = in.pushLimit(length());
    fields(field);
    in.checkLastTagWas(0);
    in.popLimit(limit);
  }

  /** Reads a text. */
  String text() throws IOException {
    int length = length();
    budget.take(2L * length + 64);
    return new String(in.readRawBytes(length), StandardCharsets.UTF_8);
  }

  /** Reads an integer. */
  long integer() throws IOException {
    expect(WireFormat.WIRETYPE_VARINT);
    return in.readInt64();
  }

  /** Reads a 32-bit float. */
  float real() throws IOException {
    expect(WireFormat.WIRETYPE_FIXED32);
    return in.readFloat();
  }

  /** Reads one number, or many that are packed. */
  void numbers(int kind, Field each) throws IOException {
    if (wire == kind) {
      budget.take(24);
      each.read(0);
      return;
    }
    int limit = in.pushLimit(length());
    while (!in.isAtEnd()) {
      budget.take(24);
      each.read(0);
    }
    in.popLimit(limit);
  }

  /** Whether the field is one that has a length. */
  boolean hasLength() {
    return wire == WireFormat.WIRETYPE_LENGTH_DELIMITED;
  }

  /** Reads the length of bytes, and goes behind them; returns it. */
  int skipped() throws IOException {
    int length = length();
    in.skipRawBytes(length);
    return length;
  }

  /** Bytes before the place that is read next. */
  int position() {
    return in.getTotalBytesRead();
  }

  CodedInputStream in() {
    return in;
  }

  /** The length of what follows, which ends before what is around it does. */
  private int length() throws IOException {
    expect(WireFormat.WIRETYPE_LENGTH_DELIMITED);
    int length = in.readRawVarint32();
    if (length < 0 || length > in.getBytesUntilLimit()) {
      throw OnnxException.damaged(
          "the file %s: at byte %d a part of %d bytes begins, but only %d follow",
          in.getBytesUntilLimit() == size - in.getTotalBytesRead() ? "is cut off" : "is damaged",
          in.getTotalBytesRead(),
          length & 0xffffffffL,
          in.getBytesUntilLimit());
    }
    return length;
  }

  /** What is wrong where the bytes cannot be those of any message. */
  OnnxException damaged(IOException cause) {
    long at = in.getTotalBytesRead();
    return at >= size
        ? OnnxException.damaged(cause, "the file is cut off: it ends within a part, at byte %d", at)
        : OnnxException.damaged(
            cause,
            "the file is damaged, or no ONNX file: at byte %d nothing can be made of it",
            at);
  }

  private void expect(int type) {
    if (wire != type) {
      throw OnnxException.damaged(
          "the file is damaged, or no ONNX file: before byte %d a field has the wrong type",
          in.getTotalBytesRead());
    }
  }
}
