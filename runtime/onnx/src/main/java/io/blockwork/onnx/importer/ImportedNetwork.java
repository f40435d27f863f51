package io.blockwork.onnx.importer;

import io.blockwork.graph.Graph;
import io.blockwork.onnx.file.OnnxTensor;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A network from an ONNX file.
 *
 * @param graph the network
 * @param batch the only number of images that it is for, where the file fixes one and something
 *     depends on it; empty if it takes any number
 * @param output shape of the result of one image, {@code [classes]} or {@code [C, H, W]}
 * @param weights the values of its parameters, by name; those that are missing keep their initial
 *     ones
 * @param byteLayers module names of the convolutions and linear layers that the file computes from
 *     8-bit integers; what these stand for lies between bounds that the graph has
 * @param files names of the files beside the model that hold weights
 * @param producer the tool that wrote the file; may be empty
 * @param metadata what tools have written down about the model
 */
public record ImportedNetwork(
    Graph graph,
    OptionalInt batch,
    List<Integer> output,
    Map<String, OnnxTensor> weights,
    Set<String> byteLayers,
    List<String> files,
    String producer,
    Map<String, String> metadata) {}
