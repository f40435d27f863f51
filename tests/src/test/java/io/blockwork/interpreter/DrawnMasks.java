package io.blockwork.interpreter;

import static io.blockwork.engine.Gradient.into;

import io.blockwork.engine.BoundTraining;
import io.blockwork.engine.Engine;
import io.blockwork.engine.Layer;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingPass;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.graph.ops.Shape;
import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.ParameterInfo.Kind;
import io.blockwork.parameters.Parameters;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The masks that an engine draws in one training pass: what the layer by itself makes of ones. They
 * depend on the seed, the path and the number of the pass, and on nothing else in the network.
 *
 * @param engine the network's engine
 * @param dataType the network's
 * @param seed the network's
 * @param pass the number of the training pass, from 1
 */
record DrawnMasks(Engine engine, DataType dataType, long seed, long pass) implements Masks {
  @Override
  public double[] of(String path, double rate, boolean wholeImages, int batch, Shape shape) {
    // An engine wants a parameter to train.
    var unused = List.of(new ParameterInfo("unused", Kind.LINEAR_BIAS, List.of(1)));
    Parameters parameters = new Parameters(unused, dataType);
    parameters.passes(pass);
    Gradients gradients = new Gradients(parameters.entries(), dataType);
    INDArray ones = Nd4j.ones(dataType, batch, shape.channels(), shape.height(), shape.width());
    INDArray factors = Nd4j.create(dataType, ones.shape());
    TrainingSettings settings = new TrainingSettings(true, List.of(), seed);
    try (BoundTraining bound =
        engine.bindTraining(
            parameters,
            gradients,
            batch,
            settings,
            bind -> pass(bind, path, rate, wholeImages, shape))) {
      bound.forward(ones, factors);
    }
    return factors.dup('c').data().asDouble();
  }

  private static TrainingPass pass(
      TrainingBinder bind, String path, double rate, boolean wholeImages, Shape shape) {
    bind.slots();
    Tensor input = tensor(bind, shape);
    Tensor inputGradient = tensor(bind, shape);
    Tensor output = tensor(bind, shape);
    Tensor outputGradient = tensor(bind, shape);
    Layer layer =
        wholeImages
            ? bind.stochasticDepth(path, rate, input, output, outputGradient, into(inputGradient))
            : bind.dropout(path, rate, input, output, outputGradient, into(inputGradient));
    return new TrainingPass() {
      @Override
      public Tensor input() {
        return input;
      }

      @Override
      public Tensor inputGradient() {
        return inputGradient;
      }

      @Override
      public Tensor output() {
        return output;
      }

      @Override
      public Tensor outputGradient() {
        return outputGradient;
      }

      @Override
      public void forward() {
        layer.forward();
      }

      @Override
      public void backward() {
        layer.backward();
      }
    };
  }

  private static Tensor tensor(TrainingBinder bind, Shape shape) {
    return bind.keep(shape.channels(), shape.height(), shape.width());
  }
}
