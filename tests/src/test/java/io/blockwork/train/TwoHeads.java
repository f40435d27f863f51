package io.blockwork.train;

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
import io.blockwork.engine.TrainingOutput;
import io.blockwork.engine.TrainingPass;
import java.util.List;

/**
 * What the processor would generate for a classifier with an auxiliary head on its first layer:
 * {@code auxiliary.py} has the same network for PyTorch.
 */
final class TwoHeads extends CompiledNetwork implements ImageClassifier {
  private static final Conv CONV1 = Conv.conv(1, 16, 3).padding(1);
  private static final Conv CONV2 = Conv.conv(16, 16, 3).padding(1);
  private static final long MAPS = 16L * 8 * 8;

  private final String passName;

  private TwoHeads(NetworkOptions options, String passName) {
    super(
        Architecture.named("TwoHeads")
            .input(1, 8, 8)
            .output(3)
            .auxiliary("aux1", 0.3, 3)
            .slots(64L, MAPS, MAPS, 16L, 3L)
            .conv2d("conv1", CONV1, 8, 8)
            .batchNorm("bn1", 16, 8, 8)
            .linear("aux1.fc", 16, 3)
            .conv2d("conv2", CONV2, 8, 8)
            .batchNorm("bn2", 16, 8, 8)
            .globalAvgPool("avgpool", 16)
            .linear("fc", 16, 3)
            .build(),
        options);
    this.passName = passName;
  }

  static TwoHeads create(NetworkOptions options) {
    return new TwoHeads(options, "aux1");
  }

  /** One whose training pass calls its auxiliary output otherwise than its description does. */
  static TwoHeads mismatched(NetworkOptions options) {
    return new TwoHeads(options, "aux2");
  }

  @Override
  protected ForwardPass forwardPass(InferenceBinder bind) {
    bind.slots(64, MAPS, MAPS, 16, 3);
    Tensor input = bind.slot(0, 1, 8, 8);
    Tensor trunk = bind.slot(1, 16, 8, 8);
    Tensor maps = bind.slot(2, 16, 8, 8);
    Tensor mean = bind.slot(3, 16, 1, 1);
    Tensor output = bind.slot(4, 3, 1, 1);
    List<Kernel> kernels =
        List.of(
            bind.conv2d("conv1", CONV1, input, trunk, Epilogue.norm("bn1").thenRelu()),
            bind.conv2d("conv2", CONV2, trunk, maps, Epilogue.norm("bn2").thenRelu()),
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
    bind.slots(64, MAPS, MAPS, 16, 3, 16, 3);
    Tensor input = bind.keep(1, 8, 8);
    Tensor conv1 = bind.keep(16, 8, 8);
    Tensor trunk = bind.keep(16, 8, 8);
    Tensor auxMean = bind.keep(16, 1, 1);
    Tensor aux = bind.keep(3, 1, 1);
    Tensor conv2 = bind.keep(16, 8, 8);
    Tensor maps = bind.keep(16, 8, 8);
    Tensor mean = bind.keep(16, 1, 1);
    Tensor output = bind.keep(3, 1, 1);
    Tensor dInput = bind.slot(0, 1, 8, 8);
    Tensor dTrunk = bind.slot(1, 16, 8, 8);
    Tensor dMaps = bind.slot(2, 16, 8, 8);
    Tensor dMean = bind.slot(3, 16, 1, 1);
    Tensor dOutput = bind.slot(4, 3, 1, 1);
    Tensor dAuxMean = bind.slot(5, 16, 1, 1);
    Tensor dAux = bind.slot(6, 3, 1, 1);
    List<Layer> layers =
        List.of(
            bind.conv2d("conv1", CONV1, input, conv1, dTrunk, Gradient.into(dInput)),
            bind.batchNormRelu("bn1", conv1, trunk, dTrunk, Gradient.into(dTrunk)),
            bind.globalAvgPool("aux1.pool", trunk, auxMean, dAuxMean, Gradient.addTo(dTrunk)),
            bind.linear("aux1.fc", Activation.NONE, auxMean, aux, dAux, Gradient.into(dAuxMean)),
            bind.conv2d("conv2", CONV2, trunk, conv2, dMaps, Gradient.into(dTrunk)),
            bind.batchNormRelu("bn2", conv2, maps, dMaps, Gradient.into(dMaps)),
            bind.globalAvgPool("avgpool", maps, mean, dMean, Gradient.into(dMaps)),
            bind.linear("fc", Activation.NONE, mean, output, dOutput, Gradient.into(dMean)));
    return new TrainingPass() {
      @Override
      public Tensor input() {
        return input;
      }

      @Override
      public Tensor inputGradient() {
        return dInput;
      }

      @Override
      public List<TrainingOutput> outputs() {
        return List.of(
            new TrainingOutput("fc", output, dOutput), new TrainingOutput(passName, aux, dAux));
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
