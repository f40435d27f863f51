package io.blockwork.onnx.file;

import java.util.List;
import java.util.Map;

/**
 * A model as its file has it.
 *
 * @param irVersion version of the format
 * @param opset version of ONNX's own operators
 * @param domains versions of all operator sets
 * @param producer the tool that wrote the file; may be empty
 * @param metadata what tools have written down about it
 * @param functions operators that the model brings itself, as {@code domain:name}
 * @param name of the graph; may be empty
 * @param nodes the operations, in the order of the file
 * @param initializers the constants, by name
 * @param inputs inputs of the graph without those that are constants
 * @param outputs outputs of the graph
 * @param externalFiles names of the files beside it that hold weights
 */
public record OnnxModel(
    long irVersion,
    int opset,
    Map<String, Long> domains,
    String producer,
    Map<String, String> metadata,
    List<String> functions,
    String name,
    List<OnnxNode> nodes,
    Map<String, OnnxTensor> initializers,
    List<OnnxValue> inputs,
    List<OnnxValue> outputs,
    List<String> externalFiles) {}
