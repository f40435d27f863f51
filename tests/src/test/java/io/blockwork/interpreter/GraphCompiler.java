package io.blockwork.interpreter;

import static java.util.stream.Collectors.joining;

import com.google.testing.compile.Compilation;
import com.google.testing.compile.CompilationSubject;
import com.google.testing.compile.Compiler;
import com.google.testing.compile.JavaFileObjects;
import com.palantir.javapoet.ClassName;
import io.blockwork.Network;
import io.blockwork.interpreter.RandomGraph.Case;
import io.blockwork.processor.GraphSources;
import io.blockwork.processor.emit.FeatureMethod;
import io.blockwork.processor.emit.FeatureMethod.FeatureOutput;
import io.blockwork.processor.emit.GeneratedNames;
import io.blockwork.properties.MemoryLoader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.RoundEnvironment;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.TypeElement;

/** Compiles many graphs at once, by the processor's own writers, and loads the networks. */
final class GraphCompiler extends AbstractProcessor {
  private static final String PACKAGE = "user";

  private final Map<String, Case> cases;

  private GraphCompiler(Map<String, Case> cases) {
    this.cases = cases;
  }

  /** The networks' interfaces, by the names of the graphs. */
  static Map<String, Class<? extends Network>> compile(Map<String, Case> cases) {
    StringBuilder source = new StringBuilder("package user;\n");
    cases.forEach((name, each) -> source.append(declaration(name, each)));
    Compilation compilation =
        Compiler.javac()
            .withProcessors(new GraphCompiler(cases))
            .withOptions("--release", "17", "-Xlint:all,-processing,-classfile,-auxiliaryclass")
            .compile(
                JavaFileObjects.forSourceString(PACKAGE + ".All", source + "final class All {}"));
    CompilationSubject.assertThat(compilation).succeeded();
    ClassLoader loader = MemoryLoader.of(compilation);
    Map<String, Class<? extends Network>> types = new LinkedHashMap<>();
    for (String name : cases.keySet()) {
      try {
        types.put(
            name, Class.forName(PACKAGE + "." + name, true, loader).asSubclass(Network.class));
      } catch (ClassNotFoundException e) {
        throw new IllegalStateException(e);
      }
    }
    return types;
  }

  private static String declaration(String name, Case each) {
    String array = "org.nd4j.linalg.api.ndarray.INDArray";
    String components =
        IntStream.range(0, each.seen().size())
            .mapToObj(i -> array + " seen" + i)
            .collect(joining(", "));
    String seen =
        each.seen().isEmpty()
            ? ""
            : "record Seen(%s) {}\nSeen seen(%s images);\n".formatted(components, array);
    return "interface %s extends io.blockwork.Network {%n%s}%n".formatted(name, seen);
  }

  @Override
  public Set<String> getSupportedAnnotationTypes() {
    return Set.of("*");
  }

  @Override
  public SourceVersion getSupportedSourceVersion() {
    return SourceVersion.latestSupported();
  }

  @Override
  public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
    for (var element : round.getRootElements()) {
      Case each = cases.get(element.getSimpleName().toString());
      if (each != null) {
        write((TypeElement) element, each);
      }
    }
    return false;
  }

  private void write(TypeElement origin, Case each) {
    List<FeatureMethod> methods = methods(origin, each);
    List<String> suffixes = methods.stream().map(FeatureMethod::suffix).toList();
    GeneratedNames names = GeneratedNames.of(origin, List.of(), false, suffixes);
    GraphSources.of(each.graph(), names, methods)
        .forEach(
            (name, text) -> {
              try (var file =
                  processingEnv.getFiler().createSourceFile(name, origin).openWriter()) {
                file.write(text);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  private static List<FeatureMethod> methods(TypeElement origin, Case each) {
    if (each.seen().isEmpty()) {
      return List.of();
    }
    List<FeatureOutput> outputs = new ArrayList<>();
    for (int i = 0; i < each.seen().size(); i++) {
      int node = each.seen().get(i);
      outputs.add(new FeatureOutput("seen" + i, each.graph().node(node).op().path(), node));
    }
    ClassName result = ClassName.get(origin).nestedClass("Seen");
    return List.of(new FeatureMethod("seen", "Seen", false, Optional.of(result), outputs));
  }
}
