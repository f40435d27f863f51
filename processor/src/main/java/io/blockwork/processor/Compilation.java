package io.blockwork.processor;

import com.palantir.javapoet.JavaFile;
import io.blockwork.graph.Graph;
import io.blockwork.graph.Heads;
import io.blockwork.graph.ModuleNames;
import io.blockwork.graph.Shapes;
import io.blockwork.graph.Totals;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.plans.InferencePlan;
import io.blockwork.graph.plans.InferencePlanner;
import io.blockwork.graph.plans.TrainingPlan;
import io.blockwork.graph.plans.TrainingPlanner;
import io.blockwork.graph.transforms.Transforms;
import io.blockwork.graph.transforms.Truncate;
import io.blockwork.processor.architectures.Architectures;
import io.blockwork.processor.checks.NetworkLimits;
import io.blockwork.processor.checks.NetworkWarnings;
import io.blockwork.processor.emit.BackwardWriter;
import io.blockwork.processor.emit.FeatureMethod;
import io.blockwork.processor.emit.ForwardWriter;
import io.blockwork.processor.emit.GeneratedNames;
import io.blockwork.processor.emit.NetworkFacts;
import io.blockwork.processor.emit.NetworkWriter;
import io.blockwork.processor.report.Sheet;
import io.blockwork.processor.spec.InputSpec;
import io.blockwork.processor.spec.Problem;
import io.blockwork.processor.spec.Spec;
import io.blockwork.published.PretrainedWeights;
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
    return NetworkWarnings.of(
        Architectures.of(spec),
        input -> {
          var other = new InputSpec(input.channels(), input.height(), input.width());
          Graph graph = Architectures.of(spec.with(other));
          return Shapes.infer(graph).fault().isEmpty() ? Optional.of(graph) : Optional.empty();
        });
  }

  /** The names of the values inside a network whose spec is sound by itself. */
  static ModuleNames modules(Spec spec) {
    return ModuleNames.of(Architectures.of(spec));
  }

  /** The graph of a network of one of the families, which has no problems. */
  static Graph graph(Spec spec) {
    return Architectures.of(spec);
  }

  /**
   * What is known of a network of one of the families.
   *
   * @param weights published weights that fit it
   */
  static NetworkFacts facts(Graph graph, Optional<PretrainedWeights> weights) {
    boolean classifier = graph.isVector(graph.output(), Shapes.of(graph));
    List<String> heads = classifier ? Heads.modules(graph) : List.of();
    return new NetworkFacts(heads, List.of(), weights, List.of());
  }

  /**
   * The sources of a network that has no problems: {@code XNetwork}, {@code XForward}, {@code
   * XBackward}, and a pass for each of the {@code features}.
   *
   * @param facts what is known of the network beside its graph
   */
  static List<JavaFile> compile(
      Graph graph, GeneratedNames names, List<FeatureMethod> features, NetworkFacts facts) {
    List<Shape> shapes = Shapes.of(graph);
    InferencePlan inference = InferencePlanner.plan(Transforms.forInference(graph));
    TrainingPlan training = TrainingPlanner.plan(Transforms.forTraining(graph));
    String totals = Totals.of(graph, shapes).toString();
    List<JavaFile> files = new ArrayList<>();
    files.add(NetworkWriter.write(names, graph, shapes, inference.slots(), features, facts));
    files.add(ForwardWriter.write(names, inference, totals));
    files.add(BackwardWriter.write(names, training, totals));
    features.forEach(method -> files.add(pass(names, graph, method)));
    return files;
  }

  /**
   * The page that shows a network that has no problems.
   *
   * @param source the annotations that ask for it
   */
  static String sheet(Graph graph, GeneratedNames names, List<String> source) {
    InferencePlan inference = InferencePlanner.plan(Transforms.forInference(graph));
    return Sheet.html(names.base(), source, graph, Shapes.of(graph), inference);
  }

  private static JavaFile pass(GeneratedNames names, Graph graph, FeatureMethod method) {
    Graph part = Truncate.forFeatures(graph, method.features());
    InferencePlan plan = InferencePlanner.plan(Transforms.forInference(part));
    String totals = Totals.of(part, Shapes.of(part)).toString();
    return ForwardWriter.write(names, method, plan, totals);
  }
}
