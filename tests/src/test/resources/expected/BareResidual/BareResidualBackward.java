package user;

import static io.blockwork.engine.Conv.conv;
import static io.blockwork.engine.Gradient.addTo;
import static io.blockwork.engine.Gradient.into;

import io.blockwork.engine.Layer;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingPass;
import javax.annotation.processing.Generated;

/**
 * Training of {@link BareResidual}: a forward pass that keeps what the gradient needs, then the gradient. A
 * {@code d} stands before the name of a gradient, and one that is set to another lies in the same
 * memory. {@code keep} is memory of its own until the gradient is done, {@code slot(s, c, h, w)}
 * memory that others use at other times: the same slot and shape are the same memory, which is how
 * one block hands its gradient to the next. {@code into} overwrites a gradient, {@code addTo} adds
 * to what another reader of the same value has left there before, since the layers run backwards.
 *
 * <pre>
 * block   8 x 4 x 4   basic block, stride 2
 *
 * 944 parameters, 14,336 multiply-adds for one image
 * kept for one image: 896 values
 * 3 slots for one image: 256 + 128 + 128 = 512 values, 2,048 bytes as floats
 * </pre>
 */
@Generated("io.blockwork.processor.BlockworkProcessor")
final class BareResidualBackward implements TrainingPass {
  private final Tensor input;
  private final Tensor output;
  private final Tensor outputGradient;
  private final Tensor inputGradient;
  private final Block block;

  /** Binds every layer. */
  BareResidualBackward(TrainingBinder bind) {
    bind.slots(256L, 128L, 128L);
    block = new Block(bind);
    input = block.input;
    output = block.out;
    outputGradient = bind.slot(1, 8, 4, 4);
    inputGradient = bind.slot(0, 4, 8, 8);
  }

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
    return outputGradient;
  }

  @Override
  public Tensor inputGradient() {
    return inputGradient;
  }

  @Override
  public void forward() {
    block.forward();  // 8 x 4 x 4   basic block, stride 2
  }

  @Override
  public void backward() {
    block.backward();  // 4 x 8 x 8   basic block, stride 2
  }

  /** block: basic block, stride 2. 4 x 8 x 8 -> 8 x 4 x 4. */
  private static final class Block {
    private final Layer downsample_0;
    private final Layer downsample_1;
    private final Layer conv1;
    private final Layer bn1;
    private final Layer conv2;
    private final Layer bn2;
    private final Layer add;
    final Tensor input;
    final Tensor out;

    Block(TrainingBinder bind) {
      input = bind.keep(4, 8, 8);
      Tensor downsample_0Out = bind.keep(8, 4, 4);
      Tensor dDownsample_0Out = bind.slot(1, 8, 4, 4);
      Tensor dInput = bind.slot(0, 4, 8, 8);
      Tensor downsample_1Out = bind.slot(0, 8, 4, 4);
      Tensor dDownsample_1Out = dDownsample_0Out;
      Tensor conv1Out = bind.keep(8, 4, 4);
      Tensor dConv1Out = bind.slot(2, 8, 4, 4);
      Tensor bn1Out = bind.keep(8, 4, 4);
      Tensor dBn1Out = dConv1Out;
      Tensor conv2Out = bind.keep(8, 4, 4);
      Tensor dConv2Out = bind.slot(0, 8, 4, 4);
      out = bind.keep(8, 4, 4);
      Tensor dOut = dDownsample_0Out;

      downsample_0 = bind.conv2d(
          "downsample.0", conv(4, 8, 1).stride(2), input, downsample_0Out, dDownsample_0Out,
          addTo(dInput));
      downsample_1 = bind.batchNorm(
          "downsample.1", downsample_0Out, downsample_1Out, dDownsample_1Out,
          into(dDownsample_0Out));
      conv1 = bind.conv2d(
          "conv1", conv(4, 8, 3).stride(2).padding(1), input, conv1Out, dConv1Out, into(dInput));
      bn1 = bind.batchNormRelu("bn1", conv1Out, bn1Out, dBn1Out, into(dConv1Out));
      conv2 = bind.conv2d(
          "conv2", conv(8, 8, 3).padding(1), bn1Out, conv2Out, dConv2Out, into(dBn1Out));
      bn2 = bind.batchNorm("bn2", conv2Out, out, dOut, into(dConv2Out));
      add = bind.addRelu("add", out, downsample_1Out, out, dOut);
    }

    void forward() {
      downsample_0.forward();  // input -> downsample_0Out      1x1 stride 2   8 x 4 x 4
      downsample_1.forward();  // downsample_0Out -> downsample_1Out  norm  8 x 4 x 4
      conv1.forward();         // input -> conv1Out             3x3 stride 2   8 x 4 x 4
      bn1.forward();           // conv1Out -> bn1Out            norm           8 x 4 x 4   relu
      conv2.forward();         // bn1Out -> conv2Out            3x3            8 x 4 x 4
      bn2.forward();           // conv2Out -> out               norm           8 x 4 x 4
      add.forward();           // out, downsample_1Out -> out   add            8 x 4 x 4   relu
    }

    void backward() {
      add.backward();           // dOut -> dOut                 add            8 x 4 x 4
      bn2.backward();           // dOut -> dConv2Out            norm           8 x 4 x 4
      conv2.backward();         // dConv2Out -> dBn1Out         3x3            8 x 4 x 4
      bn1.backward();           // dBn1Out -> dConv1Out         norm           8 x 4 x 4
      conv1.backward();         // dConv1Out -> dInput          3x3 stride 2   4 x 8 x 8
      downsample_1.backward();  // dDownsample_1Out -> dDownsample_0Out  norm  8 x 4 x 4
      downsample_0.backward();  // dDownsample_0Out -> dInput   1x1 stride 2   4 x 8 x 8   adds
    }
  }
}
