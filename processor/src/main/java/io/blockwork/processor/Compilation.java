package io.blockwork.processor;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Heads;
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
import java.util.function.Supplier;

/** The stages of the compiler, in order. */
final class Compilation {
  private Compilation() {}

  /** What is wrong with the shapes of a network whose spec is sound by itself. */
  static List<Problem> problems(Spec spec, Graph graph) {
    return NetworkLimits.problems(spec, graph);
  }

  /** The least height, or width, that the input of a network can have. */
  static int leastSide(Spec spec, boolean vertical) {
    return NetworkLimits.leastSide(spec, vertical);
  }

  /**
   * A network for images of another size.
   *
   * @param graph the network; empty if it has problems
   * @param problems of its shapes
   */
  record Resized(Optional<Graph> graph, List<Problem> problems) {
    Resized {
      problems = List.copyOf(problems);
    }
  }

  /** The network for images of another size. */
  static Resized resized(Spec spec, Shape input) {
    Spec other = spec.with(new InputSpec(input.channels(), input.height(), input.width()));
    Graph graph = Architectures.of(other);
    List<Problem> problems = NetworkLimits.problems(other, graph);
    return new Resized(problems.isEmpty() ? Optional.of(graph) : Optional.empty(), problems);
  }

  /** The graph of a network of one of the families, whose spec is sound by itself. */
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
  static List<SourceFile> compile(
      Graph graph, GeneratedNames generated, List<FeatureMethod> features, NetworkFacts facts) {
    GeneratedNames names = generated.in(graph);
    List<Shape> shapes = Shapes.of(graph);
    String totals = Totals.of(graph, shapes).toString();
    // Half of the work, and it needs nothing of the other half.
    Supplier<SourceFile> training = Beside.start(() -> training(names, graph, totals));
    InferencePlan inference = InferencePlanner.plan(Transforms.forInference(graph));
    List<SourceFile> files = new ArrayList<>();
    files.add(
        SourceFile.of(
            NetworkWriter.write(names, graph, shapes, inference.slots(), features, facts)));
    files.add(SourceFile.of(ForwardWriter.write(names, inference, totals)));
    files.add(training.get());
    for (FeatureMethod method : features) {
      files.add(pass(names, graph, method));
    }
    return files;
  }

  private static SourceFile training(GeneratedNames names, Graph graph, String totals) {
    TrainingPlan plan = TrainingPlanner.plan(Transforms.forTraining(graph));
    return SourceFile.of(BackwardWriter.write(names, plan, totals));
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

  private static SourceFile pass(GeneratedNames names, Graph graph, FeatureMethod method) {
    Graph part = Truncate.forFeatures(graph, method.features());
    InferencePlan plan = InferencePlanner.plan(Transforms.forInference(part));
    String totals = Totals.of(part, Shapes.of(part)).toString();
    return SourceFile.of(ForwardWriter.write(names, method, plan, totals));
  }
}
