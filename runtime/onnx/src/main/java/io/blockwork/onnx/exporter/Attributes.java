package io.blockwork.onnx.exporter;

import com.google.protobuf.ByteString;
import io.blockwork.onnx.proto.AttributeProto;
import io.blockwork.onnx.proto.AttributeProto.AttributeType;
import java.nio.charset.StandardCharsets;

/** Attributes of nodes. */
final class Attributes {
  private Attributes() {}

  static AttributeProto integer(String name, long value) {
    return of(name, AttributeType.INT).setI(value).build();
  }

  static AttributeProto integers(String name, long... values) {
    AttributeProto.Builder attribute = of(name, AttributeType.INTS);
    for (long value : values) {
      attribute.addInts(value);
    }
    return attribute.build();
  }

  /** ONNX has attributes in single precision only. */
  static AttributeProto real(String name, double value) {
    return of(name, AttributeType.FLOAT).setF((float) value).build();
  }

  static AttributeProto text(String name, String value) {
    ByteString bytes = ByteString.copyFrom(value, StandardCharsets.UTF_8);
    return of(name, AttributeType.STRING).setS(bytes).build();
  }

  private static AttributeProto.Builder of(String name, AttributeType type) {
    return AttributeProto.newBuilder().setName(name).setType(type);
  }
}
