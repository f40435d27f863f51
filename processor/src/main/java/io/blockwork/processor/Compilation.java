package io.blockwork.processor;

import com.palantir.javapoet.JavaFile;
import io.blockwork.processor.emit.BackwardWriter;
import io.blockwork.processor.emit.FeatureMethod;
import io.blockwork.processor.emit.ForwardWriter;
import io.blockwork.processor.emit.GeneratedNames;
import io.blockwork.processor.emit.NetworkWriter;
import io.blockwork.processor.graph.Architectures;
import io.blockwork.processor.graph.Graph;
import io.blockwork.processor.graph.ModuleNames;
import io.blockwork.processor.graph.Shape;
import io.blockwork.processor.report.Sheet;
import io.blockwork.processor.shapes.NetworkLimits;
import io.blockwork.processor.shapes.NetworkWarnings;
import io.blockwork.processor.shapes.ShapeInference;
import io.blockwork.processor.shapes.Totals;
import io.blockwork.processor.spec.Problem;
import io.blockwork.processor.spec.Spec;
import io.blockwork.processor.transforms.InferencePlan;
import io.blockwork.processor.transforms.InferencePlanner;
import io.blockwork.processor.transforms.TrainingPlan;
import io.blockwork.processor.transforms.TrainingPlanner;
import io.blockwork.processor.transforms.Transforms;
import io.blockwork.processor.transforms.Truncate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The stages of the compiler, in order. */
final class Compilation {
  private Compilation() {}

  /** What is wrong with the shapes of a network whose spec is sound by itself. */
  static List<Problem> problems(Spec spec) {
    return NetworkLimits.problems(spec, Architectures.of(spec));
  }

  /** The least height, or width, that the input of a network can have. */
  static int leastSide(Spec spec, boolean vertical) {
    return NetworkLimits.leastSide(spec, vertical);
  }

  /** What is possible, but probably unwanted, in a network that has no problems. */
  static List<Problem> warnings(Spec spec) {
    return NetworkWarnings.of(spec, Architectures.of(spec));
  }

  /** The names of the values inside a network whose spec is sound by itself. */
  static ModuleNames modules(Spec spec) {
    return ModuleNames.of(Architectures.of(spec));
  }

  /**
   * The sources of a network that has no problems: {@code XNetwork}, {@code XForward}, {@code
   * XBackward}, and a pass for each of the {@code features}.
   *
   * @param weights published weights that fit the network
   */
  static List<JavaFile> compile(
      Spec spec, GeneratedNames names, List<FeatureMethod> features, Optional<String> weights) {
    Graph graph = Architectures.of(spec);
    List<Shape> shapes = ShapeInference.shapes(graph);
    InferencePlan inference = InferencePlanner.plan(Transforms.forInference(graph));
    TrainingPlan training = TrainingPlanner.plan(Transforms.forTraining(graph));
    String totals = Totals.of(graph, shapes).toString();
    List<JavaFile> files = new ArrayList<>();
    files.add(NetworkWriter.write(names, graph, shapes, inference.slots(), features, weights));
    files.add(ForwardWriter.write(names, inference, totals));
    files.add(BackwardWriter.write(names, training, totals));
    features.forEach(method -> files.add(pass(names, graph, method)));
    return files;
  }

  /** The page that shows a network that has no problems. */
  static String sheet(Spec spec, GeneratedNames names) {
    Graph graph = Architectures.of(spec);
    InferencePlan inference = InferencePlanner.plan(Transforms.forInference(graph));
    return Sheet.html(names.base(), graph, ShapeInference.shapes(graph), inference);
  }

  private static JavaFile pass(GeneratedNames names, Graph graph, FeatureMethod method) {
    Graph part = Truncate.apply(graph, method.nodes());
    InferencePlan plan = InferencePlanner.plan(Transforms.forInference(part));
    String totals = Totals.of(part, ShapeInference.shapes(part)).toString();
    return ForwardWriter.write(names, method, plan, totals);
  }
}
