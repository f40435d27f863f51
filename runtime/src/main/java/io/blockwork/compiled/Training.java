package io.blockwork.compiled;

import io.blockwork.Architecture;
import io.blockwork.Network;
import io.blockwork.TrainingResult;
import io.blockwork.TrainingStep;
import io.blockwork.engine.BoundOptimizer;
import io.blockwork.engine.BoundTraining;
import io.blockwork.engine.CrossEntropy;
import io.blockwork.engine.OptimizerStep;
import io.blockwork.engine.WholeStep;
import io.blockwork.loss.AuxiliaryLoss;
import io.blockwork.loss.Losses;
import io.blockwork.parameters.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * How a network is trained on one size of images, which are checked already. Used within an update
 * of the parameters only.
 */
final class Training {
  private final Architecture architecture;
  private final DataType dataType;
  private final Parameters parameters;
  private final TrainingPlans plans;
  private final Function<TrainingPlans.Key, BoundTraining> bind;

  /**
   * @param architecture of that size
   * @param dataType of the outputs and the gradient of the images
   * @param parameters their number of passes is counted
   * @param plans those of all sizes
   * @param bind makes the pass of a new plan
   */
  Training(
      Architecture architecture,
      DataType dataType,
      Parameters parameters,
      TrainingPlans plans,
      Function<TrainingPlans.Key, BoundTraining> bind) {
    this.architecture = architecture;
    this.dataType = dataType;
    this.parameters = parameters;
    this.plans = plans;
    this.bind = bind;
  }

  /** Runs a pass and leaves the gradients of the losses, as {@link Network#train} says. */
  TrainingResult run(INDArray images, Losses losses, boolean inputGradient) {
    List<OutputLoss> terms = OutputLoss.of(architecture, losses);
    List<long[]> shapes = checkedShapes(images, terms);
    TrainingPlans.Plan plan = nextPass(images, shapes, inputGradient);
    plan.pass().forward(images, plan.outputs());
    plan.clearGradients();
    double[] values = new double[shapes.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = evaluate(terms.get(i), plan.outputs().get(i), plan.outputGradients().get(i));
    }
    plan.pass().backward(plan.outputGradients());
    return result(
        terms,
        plan,
        values,
        inputGradient ? Optional.of(inputGradient(plan, images)) : Optional.empty());
  }

  /** The shapes of the outputs, once the losses have found that their targets fit. */
  private static List<long[]> checkedShapes(INDArray images, List<OutputLoss> terms) {
    int n = Math.toIntExact(images.size(0));
    List<long[]> shapes = terms.stream().map(t -> Features.batched(n, t.shape())).toList();
    for (int i = 0; i < shapes.size(); i++) {
      long[] shape = shapes.get(i);
      terms.get(i).loss().ifPresent(loss -> loss.check(shape));
    }
    return shapes;
  }

  /** The plan for a pass that runs now: it counts. */
  private TrainingPlans.Plan nextPass(INDArray images, List<long[]> shapes, boolean inputGradient) {
    int n = Math.toIntExact(images.size(0));
    var key = new TrainingPlans.Key(architecture.input(), n, inputGradient);
    TrainingPlans.Plan plan = plans.get(key, bind, dataType, shapes);
    parameters.passes(parameters.passes() + 1);
    return plan;
  }

  /**
   * Runs a pass and a step of the optimizer as one, as {@link Network#trainAndStep} says; empty if
   * one of the losses is none that engines compute.
   */
  Optional<TrainingStep> step(
      INDArray images, Losses losses, BoundOptimizer optimizer, OptimizerStep step) {
    List<OutputLoss> terms = OutputLoss.of(architecture, losses);
    List<long[]> shapes = checkedShapes(images, terms);
    List<Optional<CrossEntropy>> engines = new ArrayList<>();
    for (int i = 0; i < shapes.size(); i++) {
      Optional<CrossEntropy> own = terms.get(i).forEngines(shapes.get(i));
      if (own.isEmpty() && terms.get(i).loss().isPresent()) {
        return Optional.empty();
      }
      engines.add(own);
    }
    TrainingPlans.Plan plan = nextPass(images, shapes, false);
    WholeStep done = plan.pass().step(images, plan.outputs(), engines, optimizer, step);
    double[] values = done.losses().stream().mapToDouble(Double::doubleValue).toArray();
    return Optional.of(
        new TrainingStep(result(terms, plan, values, Optional.empty()), done.made()));
  }

  /** The loss of one output; leaves its weighted gradient. */
  private static double evaluate(OutputLoss term, INDArray output, INDArray gradient) {
    if (term.loss().isEmpty()) {
      return 0;
    }
    double value = term.loss().get().evaluate(output, gradient);
    if (term.weight() != 1) {
      gradient.muli(term.weight());
    }
    return value;
  }

  private TrainingResult result(
      List<OutputLoss> terms,
      TrainingPlans.Plan plan,
      double[] values,
      Optional<INDArray> inputGradient) {
    return new TrainingResult(
        values[0],
        plan.outputs().get(0),
        auxiliary(terms, values),
        plan.outputs().subList(1, values.length),
        inputGradient);
  }

  /** What the losses of the outputs after the first came to, of those that have one. */
  private List<AuxiliaryLoss> auxiliary(List<OutputLoss> terms, double... values) {
    List<AuxiliaryLoss> losses = new ArrayList<>();
    for (int i = 1; i < values.length; i++) {
      if (terms.get(i).loss().isPresent()) {
        String name = architecture.auxiliary().get(i - 1).name();
        losses.add(new AuxiliaryLoss(name, terms.get(i).weight(), values[i]));
      }
    }
    return losses;
  }

  private INDArray inputGradient(TrainingPlans.Plan plan, INDArray images) {
    INDArray gradient = Nd4j.create(dataType, images.shape());
    plan.pass().inputGradient(gradient);
    return gradient;
  }
}
