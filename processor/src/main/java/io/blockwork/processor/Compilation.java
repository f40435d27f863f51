package io.blockwork.processor;

import com.palantir.javapoet.JavaFile;
import io.blockwork.processor.emit.BackwardWriter;
import io.blockwork.processor.emit.ForwardWriter;
import io.blockwork.processor.emit.GeneratedNames;
import io.blockwork.processor.emit.NetworkWriter;
import io.blockwork.processor.graph.Architectures;
import io.blockwork.processor.graph.Graph;
import io.blockwork.processor.graph.Shape;
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
import java.util.List;

/** The stages of the compiler, in order. */
final class Compilation {
  private Compilation() {}

  /** What is wrong with the shapes of a network whose spec is sound by itself. */
  static List<Problem> problems(Spec spec) {
    return NetworkLimits.problems(spec, Architectures.of(spec));
  }

  /** What is possible, but probably unwanted, in a network that has no problems. */
  static List<Problem> warnings(Spec spec) {
    return NetworkWarnings.of(spec, Architectures.of(spec));
  }

  /**
   * The sources of a network that has no problems: {@code XNetwork}, {@code XForward} and {@code
   * XBackward}.
   */
  static List<JavaFile> compile(Spec spec, GeneratedNames names) {
    Graph graph = Architectures.of(spec);
    List<Shape> shapes = ShapeInference.shapes(graph);
    InferencePlan inference = InferencePlanner.plan(Transforms.forInference(graph));
    TrainingPlan training = TrainingPlanner.plan(Transforms.forTraining(graph));
    String totals = Totals.of(graph, shapes).toString();
    return List.of(
        NetworkWriter.write(names, graph, shapes, inference.slots()),
        ForwardWriter.write(names, inference, totals),
        BackwardWriter.write(names, training, totals));
  }
}
