package io.blockwork.onnx.file;

import java.util.List;

/** The value of an attribute. */
public sealed interface OnnxAttribute {
  /** A number with a fraction. */
  record Real(float value) implements OnnxAttribute {}

  /** An integer. */
  record Int(long value) implements OnnxAttribute {}

  /** A text. */
  record Text(String value) implements OnnxAttribute {}

  /** A tensor. */
  record Tensor(OnnxTensor value) implements OnnxAttribute {}

  /** Numbers with a fraction. */
  record Reals(List<Float> values) implements OnnxAttribute {}

  /** Integers. */
  record Ints(List<Long> values) implements OnnxAttribute {}

  /** Texts. */
  record Texts(List<String> values) implements OnnxAttribute {}

  /** What nothing that is supported has: a graph, a sparse tensor, a type. */
  record Other(String what) implements OnnxAttribute {}
}
