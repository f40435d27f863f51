package io.blockwork.engine.nd4j;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Conv;
import io.blockwork.engine.Gradient;
import io.blockwork.engine.Layer;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingPass;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.engine.Window;
import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.Parameters;
import java.util.Optional;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Finds the first layer of a training pass whose output is not finite, by binding the pass once
 * more with a binder that looks at what each layer has written.
 *
 * <p>It runs on ND4J whatever engine the network has: this one's tensors can be read, and as all
 * engines compute the same, they lose the numbers in the same place.
 */
final class FiniteCheck implements TrainingBinder {
  private final TrainingBinder binder;
  private Optional<String> found = Optional.empty();

  private FiniteCheck(TrainingBinder binder) {
    this.binder = binder;
  }

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
    parameters.names().forEach(name -> copy.set(name, parameters.view(name)));
    copy.passes(parameters.passes());
    Gradients gradients = new Gradients(parameters.entries(), parameters.dataType());
    Memory memory = new Memory(parameters.dataType(), Math.toIntExact(images.size(0)));
    try {
      FiniteCheck check =
          new FiniteCheck(new Nd4jTrainingBinder(copy, gradients, settings, memory));
      TrainingPass pass = network.apply(check);
      Transfer.in("images", images, (Nd4jTensor) pass.input());
      pass.forward();
      return check.found;
    } finally {
      memory.close();
    }
  }

  private Layer watch(String path, Tensor output, Layer layer) {
    Nd4jTensor written = (Nd4jTensor) output;
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

  @Override
  public void slots(long... elements) {
    binder.slots(elements);
  }

  @Override
  public Tensor slot(int slot, int channels, int height, int width) {
    return binder.slot(slot, channels, height, width);
  }

  @Override
  public Tensor keep(int channels, int height, int width) {
    return binder.keep(channels, height, width);
  }

  @Override
  public Layer conv2d(String path, Conv conv, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return watch(path, dst, binder.conv2d(path, conv, src, dst, dDst, dSrc));
  }

  @Override
  public Layer batchNorm(
      String path, Tensor src, Tensor dst, boolean relu, Tensor dDst, Gradient dSrc) {
    return watch(path, dst, binder.batchNorm(path, src, dst, relu, dDst, dSrc));
  }

  @Override
  public Layer maxPool(
      String path, Window window, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return watch(path, dst, binder.maxPool(path, window, src, dst, dDst, dSrc));
  }

  @Override
  public Layer avgPool(
      String path, Window window, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return watch(path, dst, binder.avgPool(path, window, src, dst, dDst, dSrc));
  }

  @Override
  public Layer globalAvgPool(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return watch(path, dst, binder.globalAvgPool(path, src, dst, dDst, dSrc));
  }

  @Override
  public Layer linear(
      String path, Activation activation, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return watch(path, dst, binder.linear(path, activation, src, dst, dDst, dSrc));
  }

  @Override
  public Layer add(String path, Tensor a, Tensor b, Tensor dst, boolean relu, Tensor dDst) {
    return watch(path, dst, binder.add(path, a, b, dst, relu, dDst));
  }

  @Override
  public Layer scale(
      String path, Tensor src, Tensor gate, Tensor dst, Tensor dDst, Gradient dSrc, Tensor dGate) {
    return watch(path, dst, binder.scale(path, src, gate, dst, dDst, dSrc, dGate));
  }

  @Override
  public Layer padShortcut(
      String path, int stride, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return watch(path, dst, binder.padShortcut(path, stride, src, dst, dDst, dSrc));
  }

  @Override
  public Layer dropout(String path, double rate, Tensor tensor, Tensor dTensor) {
    return watch(path, tensor, binder.dropout(path, rate, tensor, dTensor));
  }
}
