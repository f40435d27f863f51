package io.blockwork.runtime;

import io.blockwork.Architecture;
import io.blockwork.ImageClassifier;
import io.blockwork.NetworkOptions;
import io.blockwork.compiled.CompiledNetwork;
import io.blockwork.engine.Activation;
import io.blockwork.engine.Conv;
import io.blockwork.engine.Epilogue;
import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.Gradient;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.Kernel;
import io.blockwork.engine.Layer;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingPass;
import java.util.List;

/** What the processor would generate for one convolution, batch norm, mean and linear layer. */
final class TinyNetwork extends CompiledNetwork implements ImageClassifier {
  private static final Conv CONV = Conv.conv(2, 4, 3).padding(1);

  private TinyNetwork(NetworkOptions options) {
    super(
        Architecture.named("Tiny")
            .input(2, 6, 5)
            .output(3)
            .slots(60L, 120L, 4L, 3L)
            .conv2d("conv1", CONV, 6, 5)
            .batchNorm("bn1", 4, 6, 5)
            .globalAvgPool("avgpool", 4)
            .linear("fc", 4, 3)
            .build(),
        options);
  }

  static TinyNetwork create(NetworkOptions options) {
    return new TinyNetwork(options);
  }

  @Override
  protected ForwardPass forwardPass(InferenceBinder bind) {
    bind.slots(60, 120, 4, 3);
    Tensor input = bind.slot(0, 2, 6, 5);
    Tensor maps = bind.slot(1, 4, 6, 5);
    Tensor mean = bind.slot(2, 4, 1, 1);
    Tensor output = bind.slot(3, 3, 1, 1);
    List<Kernel> kernels =
        List.of(
            bind.conv2d("conv1", CONV, input, maps, Epilogue.norm("bn1").thenRelu()),
            bind.globalAvgPool("avgpool", maps, mean),
            bind.linear("fc", Activation.NONE, mean, output));
    return new ForwardPass() {
      @Override
      public Tensor input() {
        return input;
      }

      @Override
      public Tensor output() {
        return output;
      }

      @Override
      public void run() {
        kernels.forEach(Kernel::run);
      }
    };
  }

  @Override
  protected TrainingPass trainingPass(TrainingBinder bind) {
    bind.slots(60, 120, 4, 3);
    Tensor input = bind.keep(2, 6, 5);
    Tensor conv = bind.keep(4, 6, 5);
    Tensor norm = bind.keep(4, 6, 5);
    Tensor mean = bind.keep(4, 1, 1);
    Tensor output = bind.keep(3, 1, 1);
    Tensor dInput = bind.slot(0, 2, 6, 5);
    Tensor dMaps = bind.slot(1, 4, 6, 5);
    Tensor dMean = bind.slot(2, 4, 1, 1);
    Tensor dOutput = bind.slot(3, 3, 1, 1);
    List<Layer> layers =
        List.of(
            bind.conv2d("conv1", CONV, input, conv, dMaps, Gradient.into(dInput)),
            bind.batchNormRelu("bn1", conv, norm, dMaps, Gradient.into(dMaps)),
            bind.globalAvgPool("avgpool", norm, mean, dMean, Gradient.into(dMaps)),
            bind.linear("fc", Activation.NONE, mean, output, dOutput, Gradient.into(dMean)));
    return new TrainingPass() {
      @Override
      public Tensor input() {
        return input;
      }

      @Override
      public Tensor output() {
        return output;
      }

      @Override
      public Tensor outputGradient() {
        return dOutput;
      }

      @Override
      public Tensor inputGradient() {
        return dInput;
      }

      @Override
      public void forward() {
        layers.forEach(Layer::forward);
      }

      @Override
      public void backward() {
        for (int i = layers.size() - 1; i >= 0; i--) {
          layers.get(i).backward();
        }
      }
    };
  }
}
