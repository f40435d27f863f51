package io.blockwork.processor;

import com.google.auto.service.AutoService;
import io.blockwork.processor.spec.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.ProcessingEnvironment;
import javax.annotation.processing.Processor;
import javax.annotation.processing.RoundEnvironment;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.TypeElement;
import javax.tools.Diagnostic;

/**
 * Generates the classes of networks for interfaces that have an architecture annotation or are
 * composed of nodes. The work is done by {@link Rounds}; this class needs no library, so that it
 * can say which ones are missing on the processor path.
 */
@AutoService(Processor.class)
public final class BlockworkProcessor extends AbstractProcessor {
  /** A class of each library, by the library's coordinates. */
  private static final Map<String, String> LIBRARIES =
      Map.of(
          "io.blockwork:blockwork-graph", "io.blockwork.graph.Graph",
          "io.blockwork:blockwork-onnx", "io.blockwork.onnx.file.OnnxModel",
          "io.blockwork:blockwork-runtime", "io.blockwork.Network",
          "com.palantir.javapoet:javapoet", "com.palantir.javapoet.JavaFile");

  /** Empty if libraries are missing. */
  private Optional<Rounds> rounds = Optional.empty();

  @Override
  public SourceVersion getSupportedSourceVersion() {
    return SourceVersion.latestSupported();
  }

  @Override
  public Set<String> getSupportedAnnotationTypes() {
    // Blocks are annotations of the user's own, which nobody knows beforehand.
    return Set.of("*");
  }

  @Override
  public Set<String> getSupportedOptions() {
    return Options.keys();
  }

  @Override
  public synchronized void init(ProcessingEnvironment environment) {
    super.init(environment);
    List<String> missing = missing();
    if (missing.isEmpty()) {
      rounds = Optional.of(new Rounds(environment));
    } else {
      environment
          .getMessager()
          .printMessage(
              Diagnostic.Kind.ERROR, Message.PROCESSOR_PATH.text("", String.join(", ", missing)));
    }
  }

  @Override
  public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
    if (rounds.isPresent()) {
      rounds.get().process(annotations, round);
    }
    // Nothing is claimed: others may want to see the annotations of others.
    return false;
  }

  private static List<String> missing() {
    List<String> missing = new ArrayList<>();
    for (Map.Entry<String, String> library : new TreeMap<>(LIBRARIES).entrySet()) {
      if (!isThere(library.getValue())) {
        missing.add(library.getKey());
      }
    }
    return missing;
  }

  private static boolean isThere(String type) {
    // Only looked for: loading io.blockwork.Network would ask for ND4J, which nobody needs here.
    return BlockworkProcessor.class.getResource('/' + type.replace('.', '/') + ".class") != null;
  }
}
