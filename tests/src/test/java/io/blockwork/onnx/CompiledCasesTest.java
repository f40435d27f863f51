package io.blockwork.onnx;

import static com.google.common.truth.Truth.assertThat;

import io.blockwork.Network;
import io.blockwork.Networks;
import io.blockwork.onnx.NodeCase.Outcome;
import io.blockwork.onnx.file.OnnxTensor;
import io.blockwork.onnx.proto.ModelProto;
import io.blockwork.processor.BlockworkProcessor;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cases of operators that are networks give the same when they are compiled. */
@DisplayName("Operators, compiled")
class CompiledCasesTest {
  @TempDir private Path project;

  @Test
  void computeWhatIsExpected() throws Exception {
    Map<String, NodeCase> cases = cases();
    List<Path> sources = new ArrayList<>();
    for (String name : cases.keySet()) {
      Path source = Files.createDirectories(project.resolve("java/user")).resolve(name + ".java");
      Files.writeString(
          source,
          """
          package user;
          import io.blockwork.*;
          @Model
          @Onnx("%s.onnx")
          public interface %s extends Network {}
          """
              .formatted(name, name));
      sources.add(source);
    }
    compile(sources);
    List<String> wrong = new ArrayList<>();
    URL[] classes = {project.resolve("classes").toUri().toURL()};
    try (var loader = new URLClassLoader(classes, getClass().getClassLoader())) {
      for (Map.Entry<String, NodeCase> each : cases.entrySet()) {
        NodeCase one = each.getValue();
        Class<?> type = Class.forName("user." + each.getKey(), true, loader);
        try (Network net = Networks.create(type.asSubclass(Network.class))) {
          NodeCase.Result result = one.compared(Outcome.RUNS, net.forward(one.images().floats()));
          if (result.outcome() == Outcome.WRONG) {
            wrong.add(one.name() + " " + result.why());
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(cases.size()).isAtLeast(150);
  }

  /** What runs as a network, with the name of its interface; its model is written. */
  private Map<String, NodeCase> cases() throws IOException {
    List<OpsetCase> all = new ArrayList<>(OwnCases.all());
    for (Path each : OnnxFiles.list(OnnxFiles.folder("node"))) {
      all.add(OpsetCase.read(each));
    }
    Path models = Files.createDirectories(project.resolve("src/main/onnx"));
    Map<String, NodeCase> cases = new LinkedHashMap<>();
    for (OpsetCase each : all) {
      int opset = (int) each.model().getOpsetImport(0).getVersion();
      var one = each.at(Math.max(7, opset));
      if (one.isPresent() && one.get().network().outcome() == Outcome.RUNS) {
        String name = "Case" + cases.size();
        cases.put(name, one.get());
        Files.write(models.resolve(name + ".onnx"), withConstants(each, one.get()));
      }
    }
    return cases;
  }

  /** The model with all inputs but the images as initialisers. */
  private static byte[] withConstants(OpsetCase each, NodeCase one) {
    ModelProto.Builder model = each.model().toBuilder().setIrVersion(8);
    var graph = model.getGraphBuilder().clearInput();
    var first = graph.getOutput(0);
    graph.clearOutput().addOutput(first);
    for (int i = 0; i < each.inputs().size(); i++) {
      var input = each.model().getGraph().getInput(i);
      OnnxTensor images = one.images();
      if (input.getName().equals(images.name())) {
        graph.addInput(input);
      } else {
        graph.addInitializer(each.inputs().get(i).toBuilder().setName(input.getName()));
      }
    }
    return model.build().toByteArray();
  }

  private void compile(List<Path> sources) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    Path classes = Files.createDirectories(project.resolve("classes"));
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      var task =
          compiler.getTask(
              null,
              files,
              null,
              List.of(
                  "-d", classes.toString(), "-classpath", System.getProperty("java.class.path")),
              null,
              files.getJavaFileObjectsFromPaths(sources));
      task.setProcessors(List.of(new BlockworkProcessor()));
      assertThat(task.call()).isTrue();
    }
  }
}
