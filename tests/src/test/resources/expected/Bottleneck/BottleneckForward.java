package user;

import static io.blockwork.engine.Activation.NONE;
import static io.blockwork.engine.Activation.RELU;
import static io.blockwork.engine.Activation.SIGMOID;
import static io.blockwork.engine.Conv.conv;
import static io.blockwork.engine.Epilogue.norm;
import static io.blockwork.engine.Window.window;

import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.Kernel;
import io.blockwork.engine.Tensor;
import javax.annotation.processing.Generated;

/**
 * Inference of {@link Bottleneck}. All 12 batch norms are folded into the convolutions before them.
 * Kernels add activations and shortcuts to what they compute. {@code slot(s, c, h, w)} is slot
 * {@code s} in the shape of one image: in the same slot and shape, one block hands its output to
 * the next.
 *
 * <pre>
 * stem     4 x 16 x 12    7x7 convolution, 3x3 max pool
 * layer1   16 x 16 x 12   1 x squeeze-and-excitation bottleneck
 * layer2   32 x 8 x 6     2 x squeeze-and-excitation bottleneck
 * head     3 x 1 x 1      global mean, classifier
 *
 * 6,303 parameters, 650,592 multiply-adds for one image
 * 4 slots for one image: 9,216 + 3,072 + 768 + 16 = 13,072 values, 52,288 bytes as floats
 * </pre>
 */
@Generated("io.blockwork.processor.BlockworkProcessor")
final class BottleneckForward implements ForwardPass {
  private final Tensor input;
  private final Tensor output;
  private final Stem stem;
  private final Layer1 layer1;
  private final Layer2 layer2;
  private final Head head;

  /** Binds every layer. */
  BottleneckForward(InferenceBinder bind) {
    bind.slots(9_216L, 3_072L, 768L, 16L);
    stem = new Stem(bind);
    layer1 = new Layer1(bind);
    layer2 = new Layer2(bind);
    head = new Head(bind);
    input = bind.slot(0, 3, 64, 48);
    output = bind.slot(0, 3, 1, 1);
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
  public void run() {
    stem.run();    // 4 x 16 x 12    7x7 convolution, 3x3 max pool
    layer1.run();  // 16 x 16 x 12   1 x squeeze-and-excitation bottleneck
    layer2.run();  // 32 x 8 x 6     2 x squeeze-and-excitation bottleneck
    head.run();    // 3 x 1 x 1      global mean, classifier
  }

  /** stem: 7x7 convolution, 3x3 max pool. 3 x 64 x 48 -> 4 x 16 x 12. */
  private static final class Stem {
    private final Kernel conv1;
    private final Kernel maxpool;

    Stem(InferenceBinder bind) {
      Tensor input = bind.slot(0, 3, 64, 48);
      Tensor conv1Out = bind.slot(1, 4, 32, 24);
      Tensor maxpoolOut = bind.slot(2, 4, 16, 12);

      conv1 = bind.conv2d(
          "conv1", conv(3, 4, 7).stride(2).padding(3), input, conv1Out, norm("bn1").thenRelu());
      maxpool = bind.maxPool("maxpool", window(3).stride(2).padding(1), conv1Out, maxpoolOut);
    }

    void run() {
      conv1.run();    // input -> conv1Out        7x7 stride 2       4 x 32 x 24   norm, relu
      maxpool.run();  // conv1Out -> maxpoolOut   max 3x3 stride 2   4 x 16 x 12
    }
  }

  /** layer1: 1 x squeeze-and-excitation bottleneck. 4 x 16 x 12 -> 16 x 16 x 12. */
  private static final class Layer1 {
    private final Layer1_0 block0;

    Layer1(InferenceBinder bind) {
      block0 = new Layer1_0(bind);
    }

    void run() {
      block0.run();  // 16 x 16 x 12   squeeze-and-excitation bottleneck
    }
  }

  /** layer1.0: squeeze-and-excitation bottleneck. 4 x 16 x 12 -> 16 x 16 x 12. */
  private static final class Layer1_0 {
    private final Kernel conv1;
    private final Kernel conv2;
    private final Kernel conv3;
    private final Kernel se_squeeze;
    private final Kernel se_fc1;
    private final Kernel se_fc2;
    private final Kernel se_scale;
    private final Kernel downsample_0;

    Layer1_0(InferenceBinder bind) {
      Tensor x = bind.slot(2, 4, 16, 12);
      Tensor conv1Out = bind.slot(0, 4, 16, 12);
      Tensor conv2Out = bind.slot(1, 4, 16, 12);
      Tensor out = bind.slot(0, 16, 16, 12);
      Tensor se_squeezeOut = bind.slot(1, 16, 1, 1);
      Tensor se_fc1Out = bind.slot(3, 8, 1, 1);
      Tensor se_fc2Out = bind.slot(1, 16, 1, 1);

      conv1 = bind.conv2d(
          "layer1.0.conv1", conv(4, 4, 1), x, conv1Out, norm("layer1.0.bn1").thenRelu());
      conv2 = bind.conv2d(
          "layer1.0.conv2", conv(4, 4, 3).padding(1), conv1Out, conv2Out,
          norm("layer1.0.bn2").thenRelu());
      conv3 = bind.conv2d("layer1.0.conv3", conv(4, 16, 1), conv2Out, out, norm("layer1.0.bn3"));
      se_squeeze = bind.globalAvgPool("layer1.0.se.squeeze", out, se_squeezeOut);
      se_fc1 = bind.linear("layer1.0.se.fc1", RELU, se_squeezeOut, se_fc1Out);
      se_fc2 = bind.linear("layer1.0.se.fc2", SIGMOID, se_fc1Out, se_fc2Out);
      se_scale = bind.scale("layer1.0.se.scale", out, se_fc2Out, out);
      downsample_0 = bind.conv2d(
          "layer1.0.downsample.0", conv(4, 16, 1), x, out,
          norm("layer1.0.downsample.1").add(out).thenRelu());
    }

    void run() {
      conv1.run();         // x -> conv1Out                1x1      4 x 16 x 12    norm, relu
      conv2.run();         // conv1Out -> conv2Out         3x3      4 x 16 x 12    norm, relu
      conv3.run();         // conv2Out -> out              1x1      16 x 16 x 12   norm
      se_squeeze.run();    // out -> se_squeezeOut         mean     16 x 1 x 1
      se_fc1.run();        // se_squeezeOut -> se_fc1Out   linear   8 x 1 x 1      relu
      se_fc2.run();        // se_fc1Out -> se_fc2Out       linear   16 x 1 x 1     sigmoid
      se_scale.run();      // out, se_fc2Out -> out        scale    16 x 16 x 12
      downsample_0.run();  // x, out -> out                1x1      16 x 16 x 12   norm, add, relu
    }
  }

  /** layer2: 2 x squeeze-and-excitation bottleneck. 16 x 16 x 12 -> 32 x 8 x 6. */
  private static final class Layer2 {
    private final Layer2_0 block0;
    private final Layer2_1 block1;

    Layer2(InferenceBinder bind) {
      block0 = new Layer2_0(bind);
      block1 = new Layer2_1(bind);
    }

    void run() {
      block0.run();  // 32 x 8 x 6   squeeze-and-excitation bottleneck, stride 2
      block1.run();  // 32 x 8 x 6   squeeze-and-excitation bottleneck
    }
  }

  /** layer2.0: squeeze-and-excitation bottleneck, stride 2. 16 x 16 x 12 -> 32 x 8 x 6. */
  private static final class Layer2_0 {
    private final Kernel conv1;
    private final Kernel conv2;
    private final Kernel conv3;
    private final Kernel se_squeeze;
    private final Kernel se_fc1;
    private final Kernel se_fc2;
    private final Kernel se_scale;
    private final Kernel downsample_0;

    Layer2_0(InferenceBinder bind) {
      Tensor x = bind.slot(0, 16, 16, 12);
      Tensor conv1Out = bind.slot(1, 8, 16, 12);
      Tensor conv2Out = bind.slot(2, 8, 8, 6);
      Tensor out = bind.slot(1, 32, 8, 6);
      Tensor se_squeezeOut = bind.slot(2, 32, 1, 1);
      Tensor se_fc1Out = bind.slot(3, 16, 1, 1);
      Tensor se_fc2Out = bind.slot(2, 32, 1, 1);

      conv1 = bind.conv2d(
          "layer2.0.conv1", conv(16, 8, 1), x, conv1Out, norm("layer2.0.bn1").thenRelu());
      conv2 = bind.conv2d(
          "layer2.0.conv2", conv(8, 8, 3).stride(2).padding(1), conv1Out, conv2Out,
          norm("layer2.0.bn2").thenRelu());
      conv3 = bind.conv2d("layer2.0.conv3", conv(8, 32, 1), conv2Out, out, norm("layer2.0.bn3"));
      se_squeeze = bind.globalAvgPool("layer2.0.se.squeeze", out, se_squeezeOut);
      se_fc1 = bind.linear("layer2.0.se.fc1", RELU, se_squeezeOut, se_fc1Out);
      se_fc2 = bind.linear("layer2.0.se.fc2", SIGMOID, se_fc1Out, se_fc2Out);
      se_scale = bind.scale("layer2.0.se.scale", out, se_fc2Out, out);
      downsample_0 = bind.conv2d(
          "layer2.0.downsample.0", conv(16, 32, 1).stride(2), x, out,
          norm("layer2.0.downsample.1").add(out).thenRelu());
    }

    void run() {
      conv1.run();         // x -> conv1Out            1x1            8 x 16 x 12   norm, relu
      conv2.run();         // conv1Out -> conv2Out     3x3 stride 2   8 x 8 x 6     norm, relu
      conv3.run();         // conv2Out -> out          1x1            32 x 8 x 6    norm
      se_squeeze.run();    // out -> se_squeezeOut     mean           32 x 1 x 1
      se_fc1.run();        // se_squeezeOut -> se_fc1Out  linear  16 x 1 x 1  relu
      se_fc2.run();        // se_fc1Out -> se_fc2Out   linear         32 x 1 x 1    sigmoid
      se_scale.run();      // out, se_fc2Out -> out    scale          32 x 8 x 6
      downsample_0.run();  // x, out -> out            1x1 stride 2   32 x 8 x 6    norm, add, relu
    }
  }

  /** layer2.1: squeeze-and-excitation bottleneck. 32 x 8 x 6 -> 32 x 8 x 6. */
  private static final class Layer2_1 {
    private final Kernel conv1;
    private final Kernel conv2;
    private final Kernel conv3;
    private final Kernel se_squeeze;
    private final Kernel se_fc1;
    private final Kernel se_fc2;
    private final Kernel se_scale;
    private final Kernel add;

    Layer2_1(InferenceBinder bind) {
      Tensor x = bind.slot(1, 32, 8, 6);
      Tensor conv1Out = bind.slot(0, 8, 8, 6);
      Tensor conv2Out = bind.slot(2, 8, 8, 6);
      Tensor out = bind.slot(0, 32, 8, 6);
      Tensor se_squeezeOut = bind.slot(2, 32, 1, 1);
      Tensor se_fc1Out = bind.slot(3, 16, 1, 1);
      Tensor se_fc2Out = bind.slot(2, 32, 1, 1);

      conv1 = bind.conv2d(
          "layer2.1.conv1", conv(32, 8, 1), x, conv1Out, norm("layer2.1.bn1").thenRelu());
      conv2 = bind.conv2d(
          "layer2.1.conv2", conv(8, 8, 3).padding(1), conv1Out, conv2Out,
          norm("layer2.1.bn2").thenRelu());
      conv3 = bind.conv2d("layer2.1.conv3", conv(8, 32, 1), conv2Out, out, norm("layer2.1.bn3"));
      se_squeeze = bind.globalAvgPool("layer2.1.se.squeeze", out, se_squeezeOut);
      se_fc1 = bind.linear("layer2.1.se.fc1", RELU, se_squeezeOut, se_fc1Out);
      se_fc2 = bind.linear("layer2.1.se.fc2", SIGMOID, se_fc1Out, se_fc2Out);
      se_scale = bind.scale("layer2.1.se.scale", out, se_fc2Out, out);
      add = bind.addRelu("layer2.1.add", out, x, out);
    }

    void run() {
      conv1.run();       // x -> conv1Out                1x1      8 x 8 x 6    norm, relu
      conv2.run();       // conv1Out -> conv2Out         3x3      8 x 8 x 6    norm, relu
      conv3.run();       // conv2Out -> out              1x1      32 x 8 x 6   norm
      se_squeeze.run();  // out -> se_squeezeOut         mean     32 x 1 x 1
      se_fc1.run();      // se_squeezeOut -> se_fc1Out   linear   16 x 1 x 1   relu
      se_fc2.run();      // se_fc1Out -> se_fc2Out       linear   32 x 1 x 1   sigmoid
      se_scale.run();    // out, se_fc2Out -> out        scale    32 x 8 x 6
      add.run();         // out, x -> out                add      32 x 8 x 6   relu
    }
  }

  /** head: global mean, classifier. 32 x 8 x 6 -> 3 x 1 x 1. */
  private static final class Head {
    private final Kernel avgpool;
    private final Kernel fc;

    Head(InferenceBinder bind) {
      Tensor x = bind.slot(0, 32, 8, 6);
      Tensor avgpoolOut = bind.slot(1, 32, 1, 1);
      Tensor fcOut = bind.slot(0, 3, 1, 1);

      avgpool = bind.globalAvgPool("avgpool", x, avgpoolOut);
      fc = bind.linear("fc", NONE, avgpoolOut, fcOut);
    }

    void run() {
      avgpool.run();  // x -> avgpoolOut       mean     32 x 1 x 1
      fc.run();       // avgpoolOut -> fcOut   linear   3 x 1 x 1
    }
  }
}
