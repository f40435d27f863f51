package user;

import static io.blockwork.engine.Activation.NONE;
import static io.blockwork.engine.Activation.RELU;
import static io.blockwork.engine.Activation.SIGMOID;
import static io.blockwork.engine.Conv.conv;
import static io.blockwork.engine.Gradient.addTo;
import static io.blockwork.engine.Gradient.into;
import static io.blockwork.engine.Window.window;

import io.blockwork.engine.Layer;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingPass;
import javax.annotation.processing.Generated;

/**
 * Training of {@link Bottleneck}: a forward pass that keeps what the gradient needs, then the gradient. A
 * {@code d} stands before the name of a gradient, and one that is set to another lies in the same
 * memory. {@code keep} is memory of its own until the gradient is done, {@code slot(s, c, h, w)}
 * memory that others use at other times: the same slot and shape are the same memory, which is how
 * one block hands its gradient to the next. {@code into} overwrites a gradient, {@code addTo} adds
 * to what another reader of the same value has left there before, since the layers run backwards.
 *
 * <pre>
 * stem     4 x 16 x 12    7x7 convolution, 3x3 max pool
 * layer1   16 x 16 x 12   1 x squeeze-and-excitation bottleneck
 * layer2   32 x 8 x 6     2 x squeeze-and-excitation bottleneck
 * head     3 x 1 x 1      global mean, classifier
 *
 * 6,303 parameters, 650,592 multiply-adds for one image
 * kept for one image: 47,848 values
 * 4 slots for one image: 9,216 + 3,072 + 1,536 + 384 = 14,208 values, 56,832 bytes as floats
 * </pre>
 */
@Generated("io.blockwork.processor.BlockworkProcessor")
final class BottleneckBackward implements TrainingPass {
  private final Tensor input;
  private final Tensor output;
  private final Tensor outputGradient;
  private final Tensor inputGradient;
  private final Stem stem;
  private final Layer1 layer1;
  private final Layer2 layer2;
  private final Head head;

  /** Binds every layer. */
  BottleneckBackward(TrainingBinder bind) {
    bind.slots(9_216L, 3_072L, 1_536L, 384L);
    stem = new Stem(bind);
    layer1 = new Layer1(bind, stem.out);
    layer2 = new Layer2(bind, layer1.out);
    head = new Head(bind, layer2.out);
    input = stem.input;
    output = bind.slot(0, 3, 1, 1);
    outputGradient = bind.slot(1, 3, 1, 1);
    inputGradient = bind.slot(0, 3, 64, 48);
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
    stem.forward();    // 4 x 16 x 12    7x7 convolution, 3x3 max pool
    layer1.forward();  // 16 x 16 x 12   1 x squeeze-and-excitation bottleneck
    layer2.forward();  // 32 x 8 x 6     2 x squeeze-and-excitation bottleneck
    head.forward();    // 3 x 1 x 1      global mean, classifier
  }

  @Override
  public void backward() {
    head.backward();    // 32 x 8 x 6     global mean, classifier
    layer2.backward();  // 16 x 16 x 12   2 x squeeze-and-excitation bottleneck
    layer1.backward();  // 4 x 16 x 12    1 x squeeze-and-excitation bottleneck
    stem.backward();    // 3 x 64 x 48    7x7 convolution, 3x3 max pool
  }

  /** stem: 7x7 convolution, 3x3 max pool. 3 x 64 x 48 -> 4 x 16 x 12. */
  private static final class Stem {
    private final Layer conv1;
    private final Layer bn1;
    private final Layer maxpool;
    final Tensor input;
    final Tensor out;

    Stem(TrainingBinder bind) {
      input = bind.keep(3, 64, 48);
      Tensor conv1Out = bind.keep(4, 32, 24);
      Tensor dConv1Out = bind.slot(1, 4, 32, 24);
      Tensor dInput = bind.slot(0, 3, 64, 48);
      Tensor bn1Out = bind.keep(4, 32, 24);
      Tensor dBn1Out = dConv1Out;
      out = bind.keep(4, 16, 12);
      Tensor dOut = bind.slot(2, 4, 16, 12);

      conv1 = bind.conv2d(
          "conv1", conv(3, 4, 7).stride(2).padding(3), input, conv1Out, dConv1Out, into(dInput));
      bn1 = bind.batchNormRelu("bn1", conv1Out, bn1Out, dBn1Out, into(dConv1Out));
      maxpool =
          bind.maxPool("maxpool", window(3).stride(2).padding(1), bn1Out, out, dOut, into(dBn1Out));
    }

    void forward() {
      conv1.forward();    // input -> conv1Out    7x7 stride 2       4 x 32 x 24
      bn1.forward();      // conv1Out -> bn1Out   norm               4 x 32 x 24   relu
      maxpool.forward();  // bn1Out -> out        max 3x3 stride 2   4 x 16 x 12
    }

    void backward() {
      maxpool.backward();  // dOut -> dBn1Out        max 3x3 stride 2   4 x 32 x 24
      bn1.backward();      // dBn1Out -> dConv1Out   norm               4 x 32 x 24
      conv1.backward();    // dConv1Out -> dInput    7x7 stride 2       3 x 64 x 48
    }
  }

  /** layer1: 1 x squeeze-and-excitation bottleneck. 4 x 16 x 12 -> 16 x 16 x 12. */
  private static final class Layer1 {
    private final Layer1_0 block0;
    final Tensor out;

    Layer1(TrainingBinder bind, Tensor x) {
      block0 = new Layer1_0(bind, x);
      out = block0.out;
    }

    void forward() {
      block0.forward();  // 16 x 16 x 12   squeeze-and-excitation bottleneck
    }

    void backward() {
      block0.backward();  // 4 x 16 x 12   squeeze-and-excitation bottleneck
    }
  }

  /** layer1.0: squeeze-and-excitation bottleneck. 4 x 16 x 12 -> 16 x 16 x 12. */
  private static final class Layer1_0 {
    private final Layer downsample_0;
    private final Layer downsample_1;
    private final Layer conv1;
    private final Layer bn1;
    private final Layer conv2;
    private final Layer bn2;
    private final Layer conv3;
    private final Layer bn3;
    private final Layer se_squeeze;
    private final Layer se_fc1;
    private final Layer se_fc2;
    private final Layer se_scale;
    private final Layer add;
    final Tensor out;

    Layer1_0(TrainingBinder bind, Tensor x) {
      Tensor downsample_0Out = bind.keep(16, 16, 12);
      Tensor dDownsample_0Out = bind.slot(0, 16, 16, 12);
      Tensor dX = bind.slot(2, 4, 16, 12);
      Tensor downsample_1Out = bind.slot(0, 16, 16, 12);
      Tensor dDownsample_1Out = dDownsample_0Out;
      Tensor conv1Out = bind.keep(4, 16, 12);
      Tensor dConv1Out = bind.slot(1, 4, 16, 12);
      Tensor bn1Out = bind.keep(4, 16, 12);
      Tensor dBn1Out = dConv1Out;
      Tensor conv2Out = bind.keep(4, 16, 12);
      Tensor dConv2Out = bind.slot(2, 4, 16, 12);
      Tensor bn2Out = bind.keep(4, 16, 12);
      Tensor dBn2Out = dConv2Out;
      Tensor conv3Out = bind.keep(16, 16, 12);
      Tensor dConv3Out = bind.slot(1, 16, 16, 12);
      Tensor bn3Out = bind.keep(16, 16, 12);
      Tensor dBn3Out = dConv3Out;
      Tensor se_squeezeOut = bind.keep(16, 1, 1);
      Tensor dSe_squeezeOut = bind.slot(2, 16, 1, 1);
      Tensor se_fc1Out = bind.keep(8, 1, 1);
      Tensor dSe_fc1Out = bind.slot(3, 8, 1, 1);
      Tensor se_fc2Out = bind.keep(16, 1, 1);
      Tensor dSe_fc2Out = bind.slot(2, 16, 1, 1);
      out = bind.keep(16, 16, 12);
      Tensor dOut = dDownsample_0Out;

      downsample_0 = bind.conv2d(
          "layer1.0.downsample.0", conv(4, 16, 1), x, downsample_0Out, dDownsample_0Out, addTo(dX));
      downsample_1 = bind.batchNorm(
          "layer1.0.downsample.1", downsample_0Out, downsample_1Out, dDownsample_1Out,
          into(dDownsample_0Out));
      conv1 = bind.conv2d("layer1.0.conv1", conv(4, 4, 1), x, conv1Out, dConv1Out, into(dX));
      bn1 = bind.batchNormRelu("layer1.0.bn1", conv1Out, bn1Out, dBn1Out, into(dConv1Out));
      conv2 = bind.conv2d(
          "layer1.0.conv2", conv(4, 4, 3).padding(1), bn1Out, conv2Out, dConv2Out, into(dBn1Out));
      bn2 = bind.batchNormRelu("layer1.0.bn2", conv2Out, bn2Out, dBn2Out, into(dConv2Out));
      conv3 =
          bind.conv2d("layer1.0.conv3", conv(4, 16, 1), bn2Out, conv3Out, dConv3Out, into(dBn2Out));
      bn3 = bind.batchNorm("layer1.0.bn3", conv3Out, bn3Out, dBn3Out, into(dConv3Out));
      se_squeeze = bind.globalAvgPool(
          "layer1.0.se.squeeze", bn3Out, se_squeezeOut, dSe_squeezeOut, addTo(dBn3Out));
      se_fc1 = bind.linear(
          "layer1.0.se.fc1", RELU, se_squeezeOut, se_fc1Out, dSe_fc1Out, into(dSe_squeezeOut));
      se_fc2 = bind.linear(
          "layer1.0.se.fc2", SIGMOID, se_fc1Out, se_fc2Out, dSe_fc2Out, into(dSe_fc1Out));
      se_scale = bind.scale(
          "layer1.0.se.scale", bn3Out, se_fc2Out, out, dOut, into(dBn3Out), into(dSe_fc2Out));
      add = bind.addRelu("layer1.0.add", out, downsample_1Out, out, dOut);
    }

    void forward() {
      downsample_0.forward();  // x -> downsample_0Out          1x1      16 x 16 x 12
      downsample_1.forward();  // downsample_0Out -> downsample_1Out  norm  16 x 16 x 12
      conv1.forward();         // x -> conv1Out                 1x1      4 x 16 x 12
      bn1.forward();           // conv1Out -> bn1Out            norm     4 x 16 x 12    relu
      conv2.forward();         // bn1Out -> conv2Out            3x3      4 x 16 x 12
      bn2.forward();           // conv2Out -> bn2Out            norm     4 x 16 x 12    relu
      conv3.forward();         // bn2Out -> conv3Out            1x1      16 x 16 x 12
      bn3.forward();           // conv3Out -> bn3Out            norm     16 x 16 x 12
      se_squeeze.forward();    // bn3Out -> se_squeezeOut       mean     16 x 1 x 1
      se_fc1.forward();        // se_squeezeOut -> se_fc1Out    linear   8 x 1 x 1      relu
      se_fc2.forward();        // se_fc1Out -> se_fc2Out        linear   16 x 1 x 1     sigmoid
      se_scale.forward();      // bn3Out, se_fc2Out -> out      scale    16 x 16 x 12
      add.forward();           // out, downsample_1Out -> out   add      16 x 16 x 12   relu
    }

    void backward() {
      add.backward();           // dOut -> dOut                   add      16 x 16 x 12
      se_scale.backward();      // dOut -> dBn3Out, dSe_fc2Out    scale    16 x 16 x 12
      se_fc2.backward();        // dSe_fc2Out -> dSe_fc1Out       linear   8 x 1 x 1
      se_fc1.backward();        // dSe_fc1Out -> dSe_squeezeOut   linear   16 x 1 x 1
      se_squeeze.backward();    // dSe_squeezeOut -> dBn3Out      mean     16 x 16 x 12   adds
      bn3.backward();           // dBn3Out -> dConv3Out           norm     16 x 16 x 12
      conv3.backward();         // dConv3Out -> dBn2Out           1x1      4 x 16 x 12
      bn2.backward();           // dBn2Out -> dConv2Out           norm     4 x 16 x 12
      conv2.backward();         // dConv2Out -> dBn1Out           3x3      4 x 16 x 12
      bn1.backward();           // dBn1Out -> dConv1Out           norm     4 x 16 x 12
      conv1.backward();         // dConv1Out -> dX                1x1      4 x 16 x 12
      downsample_1.backward();  // dDownsample_1Out -> dDownsample_0Out  norm  16 x 16 x 12
      downsample_0.backward();  // dDownsample_0Out -> dX         1x1      4 x 16 x 12    adds
    }
  }

  /** layer2: 2 x squeeze-and-excitation bottleneck. 16 x 16 x 12 -> 32 x 8 x 6. */
  private static final class Layer2 {
    private final Layer2_0 block0;
    private final Layer2_1 block1;
    final Tensor out;

    Layer2(TrainingBinder bind, Tensor x) {
      block0 = new Layer2_0(bind, x);
      block1 = new Layer2_1(bind, block0.out);
      out = block1.out;
    }

    void forward() {
      block0.forward();  // 32 x 8 x 6   squeeze-and-excitation bottleneck, stride 2
      block1.forward();  // 32 x 8 x 6   squeeze-and-excitation bottleneck
    }

    void backward() {
      block1.backward();  // 32 x 8 x 6     squeeze-and-excitation bottleneck
      block0.backward();  // 16 x 16 x 12   squeeze-and-excitation bottleneck, stride 2
    }
  }

  /** layer2.0: squeeze-and-excitation bottleneck, stride 2. 16 x 16 x 12 -> 32 x 8 x 6. */
  private static final class Layer2_0 {
    private final Layer downsample_0;
    private final Layer downsample_1;
    private final Layer conv1;
    private final Layer bn1;
    private final Layer conv2;
    private final Layer bn2;
    private final Layer conv3;
    private final Layer bn3;
    private final Layer se_squeeze;
    private final Layer se_fc1;
    private final Layer se_fc2;
    private final Layer se_scale;
    private final Layer add;
    final Tensor out;

    Layer2_0(TrainingBinder bind, Tensor x) {
      Tensor downsample_0Out = bind.keep(32, 8, 6);
      Tensor dDownsample_0Out = bind.slot(1, 32, 8, 6);
      Tensor dX = bind.slot(0, 16, 16, 12);
      Tensor downsample_1Out = bind.slot(0, 32, 8, 6);
      Tensor dDownsample_1Out = dDownsample_0Out;
      Tensor conv1Out = bind.keep(8, 16, 12);
      Tensor dConv1Out = bind.slot(2, 8, 16, 12);
      Tensor bn1Out = bind.keep(8, 16, 12);
      Tensor dBn1Out = dConv1Out;
      Tensor conv2Out = bind.keep(8, 8, 6);
      Tensor dConv2Out = bind.slot(3, 8, 8, 6);
      Tensor bn2Out = bind.keep(8, 8, 6);
      Tensor dBn2Out = dConv2Out;
      Tensor conv3Out = bind.keep(32, 8, 6);
      Tensor dConv3Out = bind.slot(0, 32, 8, 6);
      Tensor bn3Out = bind.keep(32, 8, 6);
      Tensor dBn3Out = dConv3Out;
      Tensor se_squeezeOut = bind.keep(32, 1, 1);
      Tensor dSe_squeezeOut = bind.slot(2, 32, 1, 1);
      Tensor se_fc1Out = bind.keep(16, 1, 1);
      Tensor dSe_fc1Out = bind.slot(3, 16, 1, 1);
      Tensor se_fc2Out = bind.keep(32, 1, 1);
      Tensor dSe_fc2Out = bind.slot(2, 32, 1, 1);
      out = bind.keep(32, 8, 6);
      Tensor dOut = dDownsample_0Out;

      downsample_0 = bind.conv2d(
          "layer2.0.downsample.0", conv(16, 32, 1).stride(2), x, downsample_0Out, dDownsample_0Out,
          addTo(dX));
      downsample_1 = bind.batchNorm(
          "layer2.0.downsample.1", downsample_0Out, downsample_1Out, dDownsample_1Out,
          into(dDownsample_0Out));
      conv1 = bind.conv2d("layer2.0.conv1", conv(16, 8, 1), x, conv1Out, dConv1Out, into(dX));
      bn1 = bind.batchNormRelu("layer2.0.bn1", conv1Out, bn1Out, dBn1Out, into(dConv1Out));
      conv2 = bind.conv2d(
          "layer2.0.conv2", conv(8, 8, 3).stride(2).padding(1), bn1Out, conv2Out, dConv2Out,
          into(dBn1Out));
      bn2 = bind.batchNormRelu("layer2.0.bn2", conv2Out, bn2Out, dBn2Out, into(dConv2Out));
      conv3 =
          bind.conv2d("layer2.0.conv3", conv(8, 32, 1), bn2Out, conv3Out, dConv3Out, into(dBn2Out));
      bn3 = bind.batchNorm("layer2.0.bn3", conv3Out, bn3Out, dBn3Out, into(dConv3Out));
      se_squeeze = bind.globalAvgPool(
          "layer2.0.se.squeeze", bn3Out, se_squeezeOut, dSe_squeezeOut, addTo(dBn3Out));
      se_fc1 = bind.linear(
          "layer2.0.se.fc1", RELU, se_squeezeOut, se_fc1Out, dSe_fc1Out, into(dSe_squeezeOut));
      se_fc2 = bind.linear(
          "layer2.0.se.fc2", SIGMOID, se_fc1Out, se_fc2Out, dSe_fc2Out, into(dSe_fc1Out));
      se_scale = bind.scale(
          "layer2.0.se.scale", bn3Out, se_fc2Out, out, dOut, into(dBn3Out), into(dSe_fc2Out));
      add = bind.addRelu("layer2.0.add", out, downsample_1Out, out, dOut);
    }

    void forward() {
      downsample_0.forward();  // x -> downsample_0Out          1x1 stride 2   32 x 8 x 6
      downsample_1.forward();  // downsample_0Out -> downsample_1Out  norm  32 x 8 x 6
      conv1.forward();         // x -> conv1Out                 1x1            8 x 16 x 12
      bn1.forward();           // conv1Out -> bn1Out            norm           8 x 16 x 12   relu
      conv2.forward();         // bn1Out -> conv2Out            3x3 stride 2   8 x 8 x 6
      bn2.forward();           // conv2Out -> bn2Out            norm           8 x 8 x 6     relu
      conv3.forward();         // bn2Out -> conv3Out            1x1            32 x 8 x 6
      bn3.forward();           // conv3Out -> bn3Out            norm           32 x 8 x 6
      se_squeeze.forward();    // bn3Out -> se_squeezeOut       mean           32 x 1 x 1
      se_fc1.forward();        // se_squeezeOut -> se_fc1Out    linear         16 x 1 x 1    relu
      se_fc2.forward();        // se_fc1Out -> se_fc2Out        linear         32 x 1 x 1    sigmoid
      se_scale.forward();      // bn3Out, se_fc2Out -> out      scale          32 x 8 x 6
      add.forward();           // out, downsample_1Out -> out   add            32 x 8 x 6    relu
    }

    void backward() {
      add.backward();           // dOut -> dOut                   add            32 x 8 x 6
      se_scale.backward();      // dOut -> dBn3Out, dSe_fc2Out    scale          32 x 8 x 6
      se_fc2.backward();        // dSe_fc2Out -> dSe_fc1Out       linear         16 x 1 x 1
      se_fc1.backward();        // dSe_fc1Out -> dSe_squeezeOut   linear         32 x 1 x 1
      se_squeeze.backward();    // dSe_squeezeOut -> dBn3Out      mean           32 x 8 x 6     adds
      bn3.backward();           // dBn3Out -> dConv3Out           norm           32 x 8 x 6
      conv3.backward();         // dConv3Out -> dBn2Out           1x1            8 x 8 x 6
      bn2.backward();           // dBn2Out -> dConv2Out           norm           8 x 8 x 6
      conv2.backward();         // dConv2Out -> dBn1Out           3x3 stride 2   8 x 16 x 12
      bn1.backward();           // dBn1Out -> dConv1Out           norm           8 x 16 x 12
      conv1.backward();         // dConv1Out -> dX                1x1            16 x 16 x 12
      downsample_1.backward();  // dDownsample_1Out -> dDownsample_0Out  norm  32 x 8 x 6
      downsample_0.backward();  // dDownsample_0Out -> dX         1x1 stride 2   16 x 16 x 12   adds
    }
  }

  /** layer2.1: squeeze-and-excitation bottleneck. 32 x 8 x 6 -> 32 x 8 x 6. */
  private static final class Layer2_1 {
    private final Layer conv1;
    private final Layer bn1;
    private final Layer conv2;
    private final Layer bn2;
    private final Layer conv3;
    private final Layer bn3;
    private final Layer se_squeeze;
    private final Layer se_fc1;
    private final Layer se_fc2;
    private final Layer se_scale;
    private final Layer add;
    final Tensor out;

    Layer2_1(TrainingBinder bind, Tensor x) {
      Tensor conv1Out = bind.keep(8, 8, 6);
      Tensor dConv1Out = bind.slot(0, 8, 8, 6);
      Tensor dX = bind.slot(1, 32, 8, 6);
      Tensor bn1Out = bind.keep(8, 8, 6);
      Tensor dBn1Out = dConv1Out;
      Tensor conv2Out = bind.keep(8, 8, 6);
      Tensor dConv2Out = bind.slot(2, 8, 8, 6);
      Tensor bn2Out = bind.keep(8, 8, 6);
      Tensor dBn2Out = dConv2Out;
      Tensor conv3Out = bind.keep(32, 8, 6);
      Tensor dConv3Out = bind.slot(0, 32, 8, 6);
      Tensor bn3Out = bind.keep(32, 8, 6);
      Tensor dBn3Out = dConv3Out;
      Tensor se_squeezeOut = bind.keep(32, 1, 1);
      Tensor dSe_squeezeOut = bind.slot(2, 32, 1, 1);
      Tensor se_fc1Out = bind.keep(16, 1, 1);
      Tensor dSe_fc1Out = bind.slot(3, 16, 1, 1);
      Tensor se_fc2Out = bind.keep(32, 1, 1);
      Tensor dSe_fc2Out = bind.slot(2, 32, 1, 1);
      out = bind.keep(32, 8, 6);
      Tensor dOut = dX;

      conv1 = bind.conv2d("layer2.1.conv1", conv(32, 8, 1), x, conv1Out, dConv1Out, addTo(dX));
      bn1 = bind.batchNormRelu("layer2.1.bn1", conv1Out, bn1Out, dBn1Out, into(dConv1Out));
      conv2 = bind.conv2d(
          "layer2.1.conv2", conv(8, 8, 3).padding(1), bn1Out, conv2Out, dConv2Out, into(dBn1Out));
      bn2 = bind.batchNormRelu("layer2.1.bn2", conv2Out, bn2Out, dBn2Out, into(dConv2Out));
      conv3 =
          bind.conv2d("layer2.1.conv3", conv(8, 32, 1), bn2Out, conv3Out, dConv3Out, into(dBn2Out));
      bn3 = bind.batchNorm("layer2.1.bn3", conv3Out, bn3Out, dBn3Out, into(dConv3Out));
      se_squeeze = bind.globalAvgPool(
          "layer2.1.se.squeeze", bn3Out, se_squeezeOut, dSe_squeezeOut, addTo(dBn3Out));
      se_fc1 = bind.linear(
          "layer2.1.se.fc1", RELU, se_squeezeOut, se_fc1Out, dSe_fc1Out, into(dSe_squeezeOut));
      se_fc2 = bind.linear(
          "layer2.1.se.fc2", SIGMOID, se_fc1Out, se_fc2Out, dSe_fc2Out, into(dSe_fc1Out));
      se_scale = bind.scale(
          "layer2.1.se.scale", bn3Out, se_fc2Out, out, dOut, into(dBn3Out), into(dSe_fc2Out));
      add = bind.addRelu("layer2.1.add", out, x, out, dOut);
    }

    void forward() {
      conv1.forward();       // x -> conv1Out                1x1      8 x 8 x 6
      bn1.forward();         // conv1Out -> bn1Out           norm     8 x 8 x 6    relu
      conv2.forward();       // bn1Out -> conv2Out           3x3      8 x 8 x 6
      bn2.forward();         // conv2Out -> bn2Out           norm     8 x 8 x 6    relu
      conv3.forward();       // bn2Out -> conv3Out           1x1      32 x 8 x 6
      bn3.forward();         // conv3Out -> bn3Out           norm     32 x 8 x 6
      se_squeeze.forward();  // bn3Out -> se_squeezeOut      mean     32 x 1 x 1
      se_fc1.forward();      // se_squeezeOut -> se_fc1Out   linear   16 x 1 x 1   relu
      se_fc2.forward();      // se_fc1Out -> se_fc2Out       linear   32 x 1 x 1   sigmoid
      se_scale.forward();    // bn3Out, se_fc2Out -> out     scale    32 x 8 x 6
      add.forward();         // out, x -> out                add      32 x 8 x 6   relu
    }

    void backward() {
      add.backward();         // dOut -> dOut                   add      32 x 8 x 6
      se_scale.backward();    // dOut -> dBn3Out, dSe_fc2Out    scale    32 x 8 x 6
      se_fc2.backward();      // dSe_fc2Out -> dSe_fc1Out       linear   16 x 1 x 1
      se_fc1.backward();      // dSe_fc1Out -> dSe_squeezeOut   linear   32 x 1 x 1
      se_squeeze.backward();  // dSe_squeezeOut -> dBn3Out      mean     32 x 8 x 6   adds
      bn3.backward();         // dBn3Out -> dConv3Out           norm     32 x 8 x 6
      conv3.backward();       // dConv3Out -> dBn2Out           1x1      8 x 8 x 6
      bn2.backward();         // dBn2Out -> dConv2Out           norm     8 x 8 x 6
      conv2.backward();       // dConv2Out -> dBn1Out           3x3      8 x 8 x 6
      bn1.backward();         // dBn1Out -> dConv1Out           norm     8 x 8 x 6
      conv1.backward();       // dConv1Out -> dX                1x1      32 x 8 x 6   adds
    }
  }

  /** head: global mean, classifier. 32 x 8 x 6 -> 3 x 1 x 1. */
  private static final class Head {
    private final Layer avgpool;
    private final Layer fc;

    Head(TrainingBinder bind, Tensor x) {
      Tensor avgpoolOut = bind.keep(32, 1, 1);
      Tensor dAvgpoolOut = bind.slot(0, 32, 1, 1);
      Tensor dX = bind.slot(1, 32, 8, 6);
      Tensor fcOut = bind.slot(0, 3, 1, 1);
      Tensor dFcOut = bind.slot(1, 3, 1, 1);

      avgpool = bind.globalAvgPool("avgpool", x, avgpoolOut, dAvgpoolOut, into(dX));
      fc = bind.linear("fc", NONE, avgpoolOut, fcOut, dFcOut, into(dAvgpoolOut));
    }

    void forward() {
      avgpool.forward();  // x -> avgpoolOut       mean     32 x 1 x 1
      fc.forward();       // avgpoolOut -> fcOut   linear   3 x 1 x 1
    }

    void backward() {
      fc.backward();       // dFcOut -> dAvgpoolOut   linear   32 x 1 x 1
      avgpool.backward();  // dAvgpoolOut -> dX       mean     32 x 8 x 6
    }
  }
}
