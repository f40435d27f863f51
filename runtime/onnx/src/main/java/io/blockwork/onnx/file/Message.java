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
  private final Budget budget;
  private int wire;

  Message(CodedInputStream in, Budget budget) {
    this.in = in;
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
        throw new OnnxException("the file is damaged: a group ends that has not begun");
      }
    }
  }

  /** Reads the fields of a nested message. */
  void nested(Field field) throws IOException {
    expect(WireFormat.WIRETYPE_LENGTH_DELIMITED);
    int limit = in.pushLimit(in.readRawVarint32());
    fields(field);
    in.checkLastTagWas(0);
    in.popLimit(limit);
  }

  /** Reads a text. */
  String text() throws IOException {
    expect(WireFormat.WIRETYPE_LENGTH_DELIMITED);
    int length = in.readRawVarint32();
    room(length);
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
    expect(WireFormat.WIRETYPE_LENGTH_DELIMITED);
    int limit = in.pushLimit(in.readRawVarint32());
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
    expect(WireFormat.WIRETYPE_LENGTH_DELIMITED);
    int length = in.readRawVarint32();
    room(length);
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

  private void room(int length) {
    if (length < 0 || length > in.getBytesUntilLimit()) {
      throw new OnnxException(
          "the file is damaged: at byte %d it announces %d bytes, but only %d follow",
          in.getTotalBytesRead(), length & 0xffffffffL, in.getBytesUntilLimit());
    }
  }

  private void expect(int type) {
    if (wire != type) {
      throw new OnnxException(
          "the file is damaged, or no ONNX file: before byte %d a field has the wrong type",
          in.getTotalBytesRead());
    }
  }
}
