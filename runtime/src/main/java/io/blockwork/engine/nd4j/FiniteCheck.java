package io.blockwork.engine.nd4j;

import io.blockwork.engine.Layer;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingPass;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.Parameters;
import java.util.Optional;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Finds the first layer of a training pass whose output is not finite, by binding the pass once
 * more and looking at what each layer has written.
 *
 * <p>It runs on ND4J whatever engine the network has: this one's tensors can be read, and as all
 * engines compute the same, they lose the numbers in the same place.
 */
final class FiniteCheck {
  private Optional<String> found = Optional.empty();

  private FiniteCheck() {}

  /**
   * Runs the forward pass of training on copies of the parameters.
   *
   * @param parameters the network's; they are left as they are
   * @param images {@code [N, C, H, W]}
   * @param settings those of the training
   * @param network makes the generated class
   * @return the path of the first layer in forward order whose output holds a NaN or an infinity
   */
  static Optional<String> firstNonFinite(
      Parameters parameters,
      INDArray images,
      TrainingSettings settings,
      Function<TrainingBinder, TrainingPass> network) {
    Parameters copy = new Parameters(parameters.entries(), parameters.dataType());
    parameters.names().forEach(name -> copy.set(name, parameters.get(name)));
    copy.passes(parameters.passes());
    Gradients gradients = new Gradients(parameters.entries(), parameters.dataType());
    Memory memory = new Memory(parameters.dataType(), Math.toIntExact(images.size(0)));
    try {
      FiniteCheck check = new FiniteCheck();
      TrainingPass pass =
          network.apply(new Nd4jTrainingBinder(copy, gradients, settings, memory, check::watch));
      Transfer.in("images", images, (Nd4jTensor) pass.input());
      pass.forward();
      return check.found;
    } finally {
      memory.close();
    }
  }

  private Layer watch(String path, Nd4jTensor written, Layer layer) {
    return new Layer() {
      @Override
      public void forward() {
        if (found.isEmpty()) {
          layer.forward();
          found = finite(written) ? Optional.empty() : Optional.of(path);
        }
      }

      @Override
      public void backward() {
        layer.backward();
      }

      @Override
      public void recompute() {
        layer.recompute();
      }
    };
  }

  private static boolean finite(Nd4jTensor tensor) {
    double[] values = new double[tensor.length()];
    for (int n = 0; n < tensor.batch(); n++) {
      tensor.read(n, 0, values, values.length);
      for (double value : values) {
        if (!Double.isFinite(value)) {
          return false;
        }
      }
    }
    return true;
  }
}
