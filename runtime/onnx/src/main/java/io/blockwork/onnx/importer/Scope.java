package io.blockwork.onnx.importer;

import io.blockwork.onnx.file.OnnxException;
import io.blockwork.onnx.file.OnnxModel;
import io.blockwork.onnx.file.OnnxNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the names of a graph stand for, as far as it has been taken. */
final class Scope {
  private final int opset;
  private final Batch batch;
  private final Draft draft;
  private final Names names;
  private final Map<String, Value> values = new HashMap<>();
  private final Map<String, Integer> uses = new HashMap<>();
  private long folded;

  /**
   * @param nodes the operations, in order
   * @param batch how many images there are
   */
  Scope(OnnxModel model, List<OnnxNode> nodes, Batch batch, Draft draft, Names names) {
    this.opset = model.opset();
    this.batch = batch;
    this.draft = draft;
    this.names = names;
    nodes.forEach(node -> node.inputs().forEach(input -> uses.merge(input, 1, Integer::sum)));
    model.outputs().forEach(output -> uses.merge(output.name(), 1, Integer::sum));
    model.initializers().forEach((name, tensor) -> values.put(name, new Value.Constant(tensor)));
  }

  int opset() {
    return opset;
  }

  /** How many images there are. */
  Batch batch() {
    return batch;
  }

  /** What the axis of images is made of. */
  List<Atom> images() {
    return batch.isOneAlone() ? List.of() : List.of(Atom.BATCH);
  }

  Draft draft() {
    return draft;
  }

  Names names() {
    return names;
  }

  int uses(String name) {
    return uses.getOrDefault(name, 0);
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  Value value(String name, Translation translation) {
    Value value = values.get(name);
    if (value == null) {
      throw translation.refuse("it reads %s, which nothing makes", name);
    }
    return value;
  }

  /** What a name stands for. */
  Value result(String name) {
    Value value = values.get(name);
    if (value == null) {
      throw new OnnxException("the output %s is made by nothing", name);
    }
    return value;
  }

  /** Begins with the images. */
  void define(Images images) {
    values.put(images.name(), batch.isOneAlone() ? images.view().alone() : images.view());
  }

  void define(String name, Value value, Translation translation) {
    if (values.containsKey(name)) {
      throw translation.refuse("it makes %s, which is there already", name);
    }
    values.put(name, value);
  }

  /** Counts values that are worked out, so that a small file cannot ask for a lot of memory. */
  void worksOut(long count, Translation translation) {
    folded += count;
    if (count < 0 || folded > 1L << 26) {
      throw translation.refuse("its constants would take too much memory");
    }
  }
}
