package io.blockwork.processor;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Shapes;
import io.blockwork.graph.StateDict;
import io.blockwork.graph.ops.Parameter;
import io.blockwork.graph.ops.Shape;
import io.blockwork.processor.dsl.Compositions;
import io.blockwork.processor.dsl.Fault;
import io.blockwork.processor.dsl.Site;
import io.blockwork.processor.emit.ModelFile;
import io.blockwork.processor.onnx.OnnxSource;
import io.blockwork.processor.spec.Message;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import javax.annotation.processing.ProcessingEnvironment;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.TypeElement;
import javax.tools.FileObject;
import javax.tools.StandardLocation;

/** Makes the graph of a network from an ONNX file. */
final class OnnxAnnotations {
  /** The annotation that names the file. */
  static final String ONNX = "io.blockwork.Onnx";

  private static final String FILE = "value";
  private static final String WEIGHTS = "weights";

  private final ProcessingEnvironment environment;
  private final Options options;

  OnnxAnnotations(ProcessingEnvironment environment, Options options) {
    this.environment = environment;
    this.options = options;
  }

  /** The annotation that names a file. */
  static Optional<AnnotationMirror> annotation(TypeElement type) {
    for (AnnotationMirror mirror : type.getAnnotationMirrors()) {
      if (mirror.getAnnotationType().asElement() instanceof TypeElement annotation
          && annotation.getQualifiedName().contentEquals(ONNX)) {
        return Optional.of(mirror);
      }
    }
    return Optional.empty();
  }

  /**
   * What came of a file.
   *
   * @param source the file; empty if something is wrong
   * @param weights where its weights go
   * @param faults what is to be reported
   */
  record Result(Optional<OnnxSource> source, Optional<FileObject> weights, List<Fault> faults) {
    Result {
      faults = List.copyOf(faults);
    }

    private static Result of(List<Fault> faults) {
      return new Result(Optional.empty(), Optional.empty(), faults);
    }

    Optional<Graph> graph() {
      return source.map(OnnxSource::graph);
    }
  }

  /**
   * Reads the file.
   *
   * @param resource what the weights are called beside the class
   * @throws IOException if the compiler has no place for them
   */
  Result read(
      TypeElement type,
      AnnotationMirror model,
      AnnotationMirror onnx,
      boolean classifier,
      String resource)
      throws IOException {
    var at = new Site(type, Optional.of(onnx), List.of(FILE));
    String name = type.getSimpleName().toString();
    List<Fault> faults = new ArrayList<>();
    Optional<Shape> input = Compositions.writtenInput(type, model, faults);
    if (Compositions.hasBody(type)) {
      faults.add(fault(Message.ONNX_BODY, at, name));
    }
    if (!faults.isEmpty()) {
      return Result.of(faults);
    }
    String file = String.valueOf(value(onnx, FILE));
    // Not written yet; it also tells where the project is, which no compiler says.
    String packageName =
        environment.getElementUtils().getPackageOf(type).getQualifiedName().toString();
    FileObject weights =
        environment
            .getFiler()
            .createResource(StandardLocation.CLASS_OUTPUT, packageName, resource, type);
    try {
      OnnxSource source = OnnxSource.read(file, options.onnx(), weights.toUri(), input);
      Graph graph = source.graph();
      List<Shape> shapes = Shapes.of(graph);
      if (classifier && !graph.isVector(graph.output(), shapes)) {
        Shape output = shapes.get(graph.output());
        return Result.of(List.of(fault(Message.ONNX_CLASSIFIER, at, name, file, output)));
      }
      OptionalInt batch = source.batch();
      return new Result(
          Optional.of(source),
          Optional.of(weights),
          batch.isPresent()
              ? List.of(fault(Message.FIXED_BATCH, at, name, file, batch.getAsInt()))
              : List.of());
    } catch (OnnxSource.Refusal e) {
      String problem = String.valueOf(e.getMessage());
      String named = file.isBlank() ? "\"" + file + "\"" : file;
      return Result.of(List.of(fault(e.message(), at, named, problem, e.remedy())));
    }
  }

  /**
   * Reads the file of a network for images of another size.
   *
   * @param whole the network at its own size
   */
  Result resized(TypeElement type, Result whole, Shape input, AnnotationMirror onnx)
      throws IOException {
    var at = new Site(type, Optional.of(onnx), List.of(FILE));
    String file = String.valueOf(value(onnx, FILE));
    OnnxSource own = whole.source().orElseThrow();
    try {
      OnnxSource source =
          OnnxSource.read(
              file, options.onnx(), whole.weights().orElseThrow().toUri(), Optional.of(input));
      if (!own.batch().equals(source.batch())) {
        return Result.of(
            List.of(
                fault(
                    Message.ONNX_MODEL,
                    at,
                    file,
                    "whether it needs a fixed number of images depends on their size")));
      }
      List<Parameter> parameters = StateDict.of(own.graph());
      return StateDict.of(source.graph()).equals(parameters)
              && !own.weightsDigest(parameters).equals(source.weightsDigest(parameters))
          ? Result.of(
              List.of(
                  fault(
                      Message.ONNX_MODEL,
                      at,
                      file,
                      "the values of its weights depend on the size of the images")))
          : new Result(Optional.of(source), whole.weights(), List.of());
    } catch (OnnxSource.Refusal e) {
      return Result.of(
          List.of(fault(Message.ONNX_MODEL, at, file, String.valueOf(e.getMessage()))));
    }
  }

  private static Fault fault(Message message, Site at, Object... args) {
    return new Fault(message, at, List.of(args), "");
  }

  private Object value(AnnotationMirror mirror, String member) {
    for (var entry :
        environment.getElementUtils().getElementValuesWithDefaults(mirror).entrySet()) {
      ExecutableElement element = entry.getKey();
      AnnotationValue value = entry.getValue();
      if (element.getSimpleName().contentEquals(member)) {
        return value.getValue();
      }
    }
    return "";
  }

  /** Writes the weights beside the class, if they are wanted. */
  ModelFile write(Result result, String resource, AnnotationMirror onnx) throws IOException {
    OnnxSource source = result.source().orElseThrow();
    if (!Boolean.TRUE.equals(value(onnx, WEIGHTS))) {
      return new ModelFile(source.digests(), Optional.empty());
    }
    FileObject file = result.weights().orElseThrow();
    try (OutputStream out = new BufferedOutputStream(file.openOutputStream(), 1 << 16)) {
      source.writeWeights(StateDict.of(source.graph()), out);
    }
    return new ModelFile(source.digests(), Optional.of(resource));
  }
}
