package io.blockwork.onnx.exporter;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.Networks;
import io.blockwork.graph.Graph;
import io.blockwork.interpreter.RandomGraph;
import io.blockwork.python.Python;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Debian 12's python3-onnx knows opsets up to 17; {@link ModelRules} holds the others to rules. */
@DisplayName("ONNX's own checker finds nothing wrong with exported files")
final class CheckerExportTest {
  private static final int NEWEST = 17;
  private static final int RANDOM_GRAPHS = 60;

  @TempDir private Path folder;

  @Test
  void checksEveryOperationAndWholeNetworks() throws Exception {
    Optional<Python> python = Python.with("onnx");
    assumeTrue(
        python.isPresent(), "no python3 with the package onnx: exports were not checked by it");
    Map<String, Graph> graphs = new TreeMap<>();
    OpGraphs.all().forEach((name, graph) -> graphs.put("op" + graphs.size(), graph));
    for (int seed = 1; seed <= RANDOM_GRAPHS; seed++) {
      graphs.put("random" + seed, RandomGraph.of(seed).graph());
    }
    int files = 0;
    for (Map.Entry<String, Graph> each : graphs.entrySet()) {
      try (GraphCase made = new GraphCase(each.getValue(), 1)) {
        int opset = OnnxExport.LEAST_OPSET + files++ % (NEWEST - OnnxExport.LEAST_OPSET + 1);
        made.export().opset(opset).to(folder.resolve(each.getKey() + ".onnx"));
      }
    }
    try (ExportedNet net = Networks.create(ExportedNet.class)) {
      for (int opset = OnnxExport.LEAST_OPSET; opset <= NEWEST; opset++, files++) {
        OnnxExport export = OnnxExport.of(net).opset(opset).softmax().features("layer1");
        (opset % 2 == 0 ? export.foldNorms() : export.externalWeights())
            .to(folder.resolve("net" + opset + ".onnx"));
      }
    }
    String output = python.get().run("src/test/python/onnx_check.py", folder.toString());
    assertThat(output).startsWith(files + " files checked by onnx ");
  }
}
