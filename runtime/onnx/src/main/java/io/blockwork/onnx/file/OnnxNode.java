package io.blockwork.onnx.file;

import java.util.List;
import java.util.Map;

/**
 * An operation of an ONNX graph.
 *
 * @param name its name; may be empty
 * @param type the operator: {@code Conv}
 * @param domain of the operator; empty for ONNX's own
 * @param inputs names of the values that it reads; an empty name is an input that is left out
 * @param outputs names of the values that it makes; an empty name is an output that is left out
 * @param attributes by name
 * @param metadata what tools have written down about it
 */
public record OnnxNode(
    String name,
    String type,
    String domain,
    List<String> inputs,
    List<String> outputs,
    Map<String, OnnxAttribute> attributes,
    Map<String, String> metadata) {
  /** Copies the collections. */
  public OnnxNode {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    attributes = Map.copyOf(attributes);
    metadata = Map.copyOf(metadata);
  }

  /** The same without what has no name, at the end of the inputs. */
  public int inputCount() {
    int count = inputs.size();
    while (count > 0 && inputs.get(count - 1).isEmpty()) {
      count--;
    }
    return count;
  }

  /** Whether the input is there. */
  public boolean has(int input) {
    return input < inputs.size() && !inputs.get(input).isEmpty();
  }

  /** What people look for it by: its name, or else that of its first output. */
  public String label() {
    if (!name.isEmpty()) {
      return name;
    }
    return outputs.isEmpty() ? "without a name" : "that makes " + outputs.get(0);
  }
}
