package io.blockwork;

import io.blockwork.engine.Conv;
import io.blockwork.io.SafeText;
import io.blockwork.loss.Loss;
import io.blockwork.loss.Losses;
import io.blockwork.parameters.Initial;
import io.blockwork.parameters.Modules;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.ParameterInfo.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * A network as known at compile time: its layers in {@code state_dict} order with literal shapes.
 *
 * @param name name of the annotated interface
 * @param input shape of one image, {@code [C, H, W]}
 * @param output shape of the result of one image, {@code [classes]} or {@code [C, H, W]}
 * @param layers the layers that have parameters or change the shape
 * @param slots the inference memory plan: elements of each activation buffer, for one image
 * @param auxiliary outputs that training has beside the main one, in their order
 * @param modules paths of its heads ({@link Head}), and of the auxiliary outputs that it was
 *     declared without
 * @param batch the only number of images that it takes at once, where the ONNX file that it was
 *     made from fixes one that its results depend on; empty if it takes any number
 */
public record Architecture(
    String name,
    List<Integer> input,
    List<Integer> output,
    List<LayerInfo> layers,
    List<Long> slots,
    List<AuxiliaryOutput> auxiliary,
    Modules modules,
    OptionalInt batch) {

  /** Copies the lists. */
  public Architecture {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(input, "input");
    Objects.requireNonNull(output, "output");
    Objects.requireNonNull(layers, "layers");
    Objects.requireNonNull(slots, "slots");
    Objects.requireNonNull(auxiliary, "auxiliary");
    Objects.requireNonNull(modules, "modules");
    Objects.requireNonNull(batch, "batch");
    input = List.copyOf(input);
    output = List.copyOf(output);
    layers = List.copyOf(layers);
    slots = List.copyOf(slots);
    auxiliary = List.copyOf(auxiliary);
  }

  /** A network without auxiliary outputs. */
  public Architecture(
      String name,
      List<Integer> input,
      List<Integer> output,
      List<LayerInfo> layers,
      List<Long> slots) {
    this(name, input, output, layers, slots, List.of(), Modules.NONE, OptionalInt.empty());
  }

  /**
   * The same network for a fixed number of images.
   *
   * @param images how many it takes at once; empty for any number
   */
  public Architecture forBatch(OptionalInt images) {
    Objects.requireNonNull(images, "images");
    return new Architecture(name, input, output, layers, slots, auxiliary, modules, images);
  }

  /** Paths of the modules that tell the classes apart, with those of auxiliary outputs. */
  public List<String> heads() {
    return modules.heads();
  }

  /**
   * The auxiliary output of that name.
   *
   * @throws IllegalArgumentException if there is none; the message says which there are
   */
  public AuxiliaryOutput requireAuxiliary(String output) {
    Objects.requireNonNull(output, "output");
    return auxiliary.stream()
        .filter(each -> each.name().equals(output))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    SafeText.format(
                        "%s has no auxiliary output called %s; it has %s",
                        name,
                        output,
                        auxiliary.isEmpty()
                            ? "none"
                            : auxiliary.stream()
                                .map(AuxiliaryOutput::name)
                                .collect(Collectors.joining(", ")))));
  }

  /**
   * What training minimises unless told otherwise: the loss of the main output, plus that of each
   * auxiliary one, against the same targets, with its {@link AuxiliaryOutput#weight}.
   */
  public Losses losses(Loss loss) {
    Objects.requireNonNull(loss, "loss");
    Losses losses = Losses.of(loss);
    for (AuxiliaryOutput output : auxiliary) {
      losses = losses.plus(output.weight(), output.name(), loss);
    }
    return losses;
  }

  /** Every entry of the {@code state_dict}, in torchvision's order. */
  public List<ParameterInfo> parameters() {
    return layers.stream().flatMap(l -> l.parameters().stream()).toList();
  }

  /** Number of learnable values. */
  public long learnable() {
    return layers.stream().mapToLong(LayerInfo::learnable).sum();
  }

  /** Multiply-adds of convolutions and linear layers for one image. */
  public long macs() {
    return layers.stream().mapToLong(LayerInfo::macs).sum();
  }

  /**
   * The layers as a table for people, in at most 80 columns: output shape, parameters, millions of
   * multiply-adds and megabytes of activations of each, and the totals, for one image in 32-bit
   * floats.
   */
  public String table() {
    return new Summary(this).text();
  }

  /** Starts a description. Generated code does. */
  public static Builder named(String name) {
    Objects.requireNonNull(name, "name");
    return new Builder(name);
  }

  /** Collects the layers of a generated network. */
  public static final class Builder {
    private final String name;
    private final List<LayerInfo> layers = new ArrayList<>();
    private List<Integer> input = List.of();
    private List<Integer> output = List.of();
    private List<Long> slots = List.of();
    private final List<AuxiliaryOutput> auxiliary = new ArrayList<>();
    private List<String> heads = List.of();
    private List<String> leftOut = List.of();
    private OptionalInt batch = OptionalInt.empty();

    private Builder(String name) {
      this.name = name;
    }

    /** Shape of one image. */
    public Builder input(int channels, int height, int width) {
      input = List.of(channels, height, width);
      return this;
    }

    /** The only number of images that it takes at once. */
    public Builder batch(int images) {
      batch = OptionalInt.of(images);
      return this;
    }

    /** Shape of the result of one image. */
    public Builder output(Integer... shape) {
      output = List.of(shape);
      return this;
    }

    /** An output of training only; they are added in the order of the pass. */
    public Builder auxiliary(String path, double weight, Integer... shape) {
      auxiliary.add(new AuxiliaryOutput(path, List.of(shape), weight));
      return this;
    }

    /** Paths of the modules that tell classes apart. */
    public Builder heads(String... paths) {
      heads = List.of(paths);
      return this;
    }

    /** Paths of the auxiliary outputs that the network was declared without. */
    public Builder leftOut(String... paths) {
      leftOut = List.of(paths);
      return this;
    }

    /** Elements of each activation buffer of inference, for one image. */
    public Builder slots(Long... elements) {
      slots = List.of(elements);
      return this;
    }

    /**
     * Starts to describe a convolution. Generated code calls this rather than {@link Conv#conv},
     * since the user's interface may have a method of that name.
     */
    public Conv conv(int in, int out, int kernel) {
      return Conv.conv(in, out, kernel);
    }

    /** The same with a kernel that is not square. */
    public Conv conv(int in, int out, int kernelHeight, int kernelWidth) {
      return Conv.conv(in, out, kernelHeight, kernelWidth);
    }

    /** A convolution and the size of its output. */
    public Builder conv2d(String path, Conv conv, int height, int width) {
      return conv2d(path, conv, Optional.empty(), height, width);
    }

    /**
     * The same.
     *
     * @param initial what its weights start with, unless it is He et al.'s scale by the fan-out
     */
    public Builder conv2d(String path, Conv conv, Initial initial, int height, int width) {
      return conv2d(path, conv, Optional.of(initial), height, width);
    }

    private Builder conv2d(
        String path, Conv conv, Optional<Initial> initial, int height, int width) {
      int in = conv.in() / conv.groups();
      var weight =
          new ParameterInfo(
              path + ".weight",
              Kind.CONV_WEIGHT,
              List.of(conv.out(), in, conv.kernelHeight(), conv.kernelWidth()),
              initial);
      long macs = weight.length() * height * width;
      return add(path, "Conv2d", List.of(conv.out(), height, width), List.of(weight), macs);
    }

    /** A batch norm and its output. */
    public Builder batchNorm(String path, int channels, int height, int width) {
      return norm(path, Kind.NORM_WEIGHT, channels, height, width);
    }

    /** A batch norm whose scale starts at zero. */
    public Builder batchNormFromZero(String path, int channels, int height, int width) {
      return norm(path, Kind.NORM_WEIGHT_ZERO, channels, height, width);
    }

    private Builder norm(String path, Kind scale, int channels, int height, int width) {
      List<Integer> shape = List.of(channels);
      return add(
          path,
          "BatchNorm2d",
          List.of(channels, height, width),
          List.of(
              new ParameterInfo(path + ".weight", scale, shape),
              new ParameterInfo(path + ".bias", Kind.NORM_BIAS, shape),
              new ParameterInfo(path + ".running_mean", Kind.RUNNING_MEAN, shape),
              new ParameterInfo(path + ".running_var", Kind.RUNNING_VAR, shape),
              new ParameterInfo(
                  path + ".num_batches_tracked", Kind.NUM_BATCHES_TRACKED, List.of())),
          0);
    }

    /** A max pool and its output. */
    public Builder maxPool(String path, int channels, int height, int width) {
      return add(path, "MaxPool2d", List.of(channels, height, width), List.of(), 0);
    }

    /** An average pool and its output. */
    public Builder avgPool(String path, int channels, int height, int width) {
      return add(path, "AvgPool2d", List.of(channels, height, width), List.of(), 0);
    }

    /** The mean of each channel. */
    public Builder globalAvgPool(String path, int channels) {
      return add(path, "AdaptiveAvgPool2d", List.of(channels, 1, 1), List.of(), 0);
    }

    /** A linear layer with a bias. */
    public Builder linear(String path, int in, int out) {
      return add(
          path,
          "Linear",
          List.of(out),
          List.of(
              new ParameterInfo(path + ".weight", Kind.LINEAR_WEIGHT, List.of(out, in)),
              new ParameterInfo(path + ".bias", Kind.LINEAR_BIAS, List.of(out))),
          (long) in * out);
    }

    /**
     * Any other layer; its parameters follow.
     *
     * @param type what torch calls it
     * @param macs multiply-adds for one image
     * @param output shape of the output of one image
     */
    public Builder layer(String path, String type, long macs, Integer... output) {
      return add(path, type, List.of(output), List.of(), macs);
    }

    /** The weights of the layer before: of a convolution {@code [out, in, kH, kW]}, or a matrix. */
    public Builder weight(String name, Initial initial, Integer... shape) {
      Kind kind = shape.length == 4 ? Kind.CONV_WEIGHT : Kind.LINEAR_WEIGHT;
      return parameter(name, kind, initial, shape);
    }

    /** A learned factor of the layer before, or one for each channel. */
    public Builder scale(String name, Initial initial, Integer... shape) {
      return parameter(name, Kind.SCALE, initial, shape);
    }

    /** A learned summand of the layer before, or one for each channel. */
    public Builder bias(String name, Initial initial, Integer... shape) {
      return parameter(name, Kind.BIAS, initial, shape);
    }

    private Builder parameter(String name, Kind kind, Initial initial, Integer... shape) {
      LayerInfo layer = layers.remove(layers.size() - 1);
      List<ParameterInfo> state = new ArrayList<>(layer.parameters());
      state.add(new ParameterInfo(name, kind, List.of(shape), Optional.of(initial)));
      return add(layer.path(), layer.type(), layer.output(), state, layer.macs());
    }

    // Generated code asks the builder for initial values, since the user's interface may have
    // methods of these names.

    /** All the same. */
    public Initial constant(double value) {
      return Initial.constant(value);
    }

    /** Uniform within bounds. */
    public Initial uniform(double low, double high) {
      return Initial.uniform(low, high);
    }

    /** Normal around zero. */
    public Initial normal(double deviation) {
      return Initial.normal(deviation);
    }

    /** Normal, scaled by the fan-in (He et al. 2015, section 2.2). */
    public Initial he(long fanIn) {
      return normal(Math.sqrt(2.0 / Math.max(1, fanIn)));
    }

    /** What torch's layers start with: uniform within {@code 1 / sqrt(fanIn)}. */
    public Initial torch(long fanIn) {
      double bound = 1 / Math.sqrt(Math.max(1, fanIn));
      return uniform(-bound, bound);
    }

    /** Normal around zero, within bounds. */
    public Initial truncatedNormal(double deviation, double low, double high) {
      return Initial.truncatedNormal(deviation, low, high);
    }

    private Builder add(
        String path, String type, List<Integer> shape, List<ParameterInfo> state, long macs) {
      layers.add(new LayerInfo(path, type, shape, state, macs));
      return this;
    }

    /** The finished description. */
    public Architecture build() {
      return new Architecture(
          name, input, output, layers, slots, auxiliary, new Modules(heads, leftOut), batch);
    }
  }
}
