package io.blockwork.graph.ops;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A convolution, as torch's {@code Conv2d}; in inference it may do at once what follows it: {@code
 * activation(factor * norm(conv(x)) + residual)}.
 *
 * @param path module name
 * @param in input channels
 * @param out output channels
 * @param window its window
 * @param groups groups of channels that do not see each other
 * @param bias what its bias starts with; empty if it has none
 * @param initial what its weights start with
 * @param norm the batch norm that is folded into the weights
 * @param factor what its output is multiplied by
 * @param residual whether there is a second input, which is added
 * @param activation what ends it
 */
public record Conv2d(
    String path,
    int in,
    int out,
    Window window,
    int groups,
    Optional<Initial> bias,
    Initial initial,
    Optional<Folded> norm,
    double factor,
    boolean residual,
    Activation activation)
    implements Op {
  /**
   * A batch norm that is folded into a convolution.
   *
   * @param path its module name
   * @param eps what it adds to the variance
   */
  public record Folded(String path, double eps) {}

  /**
   * Checks the channels.
   *
   * @throws IllegalArgumentException if they are not positive, or no multiples of the groups
   */
  public Conv2d {
    Rules.require(in > 0 && out > 0, path, "positive channels", in + " and " + out);
    Rules.require(
        groups > 0 && in % groups == 0 && out % groups == 0,
        path,
        "groups that divide " + in + " and " + out + " channels",
        groups);
  }

  /** A convolution without bias, of one group, with torch's initial weights. */
  public static Conv2d of(String path, int in, int out, Window window) {
    return new Conv2d(
        path,
        in,
        out,
        window,
        1,
        Optional.empty(),
        Initial.torch((long) in * window.kernelHeight() * window.kernelWidth()),
        Optional.empty(),
        1,
        false,
        Activation.NONE);
  }

  /** A square convolution without bias that keeps the size at stride 1. */
  public static Conv2d same(String path, int in, int out, int kernel, int stride) {
    return same(path, in, out, kernel, stride, 1);
  }

  /** The same, dilated: the padding is half the dilated kernel. */
  public static Conv2d same(String path, int in, int out, int kernel, int stride, int dilation) {
    Window window = Window.of(kernel).stride(stride).dilation(dilation, dilation);
    return of(path, in, out, window.padding(dilation * (kernel / 2)));
  }

  /** The same in groups, with torch's initial weights for them. */
  public Conv2d groups(int groups) {
    Rules.require(groups > 0 && in % groups == 0, path, "groups that divide " + in, groups);
    Initial fit = Initial.torch((long) in / groups * window.kernelHeight() * window.kernelWidth());
    return new Conv2d(path, in, out, window, groups, bias, fit, norm, factor, residual, activation);
  }

  /** The same with a bias, which starts as torch's. */
  public Conv2d withBias() {
    return withBias(Initial.torch(fanIn()));
  }

  /** The same with a bias. */
  public Conv2d withBias(Initial start) {
    Optional<Initial> some = Optional.of(start);
    return new Conv2d(
        path, in, out, window, groups, some, initial, norm, factor, residual, activation);
  }

  /** The same with other initial weights. */
  public Conv2d initial(Initial initial) {
    return new Conv2d(
        path, in, out, window, groups, bias, initial, norm, factor, residual, activation);
  }

  /** The same with normal weights, scaled by the fan-out as torchvision's ResNet does. */
  public Conv2d heFanOut() {
    return initial(fanOut());
  }

  /** The same with normal weights, scaled by the fan-in as torchvision's DenseNet does. */
  public Conv2d heFanIn() {
    return initial(Initial.he(fanIn()));
  }

  private long fanIn() {
    return (long) in / groups * window.kernelHeight() * window.kernelWidth();
  }

  /** torch counts the fan-out without dividing by the groups. */
  private Initial fanOut() {
    return Initial.he((long) out * window.kernelHeight() * window.kernelWidth());
  }

  /** Whether nothing is fused into it yet. */
  public boolean isBare() {
    return norm.isEmpty() && factor == 1 && !residual && activation.isNone();
  }

  /** Whether a factor and a second input can still be fused into it. */
  public boolean canAdd() {
    return factor == 1 && !residual && activation.isNone();
  }

  /** The same with a batch norm folded in, and what ends that. */
  public Conv2d folding(BatchNorm2d norm) {
    return new Conv2d(
        path,
        in,
        out,
        window,
        groups,
        bias,
        initial,
        Optional.of(new Folded(norm.path(), norm.eps())),
        factor,
        residual,
        norm.activation());
  }

  /** The same with its output multiplied and a second input added, then ended. */
  public Conv2d adding(double factor, Activation activation) {
    return new Conv2d(path, in, out, window, groups, bias, initial, norm, factor, true, activation);
  }

  /** The same ending in {@code activation}. */
  public Conv2d ending(Activation activation) {
    return new Conv2d(
        path, in, out, window, groups, bias, initial, norm, factor, residual, activation);
  }

  @Override
  public String type() {
    return "Conv2d";
  }

  @Override
  public Role role() {
    return Role.WEIGHTED;
  }

  @Override
  public Outcome outcome() {
    return Outcome.COMPUTED;
  }

  @Override
  public Description description() {
    String kind =
        window.words() + (groups == 1 ? "" : " groups " + groups) + window.dilationWords();
    List<String> extras = new ArrayList<>();
    if (norm.isPresent()) {
      extras.add("norm");
    }
    if (residual) {
      extras.add("add");
    }
    if (!activation.isNone()) {
      extras.add(activation.words());
    }
    return new Description(kind, String.join(", ", extras), window.words());
  }

  @Override
  public Arity arity() {
    return residual ? Arity.TWO : Arity.ONE;
  }

  @Override
  public Shape shape(List<Shape> inputs) {
    Rules.channels(this, inputs, in);
    Shape shape = Rules.window(this, inputs, out, window);
    if (residual && !inputs.get(1).equals(shape)) {
      throw ShapeFault.of(
          this, inputs, "expected to add to " + shape, "a second input of " + shape);
    }
    return shape;
  }

  @Override
  public List<Parameter> parameters() {
    Parameter weight =
        Parameter.weight(
            path, initial, out, in / groups, window.kernelHeight(), window.kernelWidth());
    return bias.isPresent()
        ? List.of(weight, Parameter.bias(path, bias.get(), out))
        : List.of(weight);
  }

  @Override
  public long macs(List<Shape> inputs, Shape output) {
    return (long) (in / groups) * window.kernelHeight() * window.kernelWidth() * output.elements();
  }

  @Override
  public Reads backwardReads() {
    return Reads.INPUTS;
  }

  @Override
  public boolean overwrites(int input) {
    return residual && input == 1;
  }

  @Override
  public GradientUse gradientUse() {
    return GradientUse.READS;
  }

  @Override
  public boolean batchStatistics() {
    return false;
  }

  @Override
  public boolean foldsNorm() {
    return norm.isPresent();
  }

  @Override
  public int weightGroups() {
    return groups;
  }

  @Override
  public Optional<ConstantAffine> constantAffine() {
    return Optional.empty();
  }

  @Override
  public Call bind(Binding binding) {
    if (binding.training()) {
      return binding.through("conv2d", convolution(Code.call("Conv", "conv", sizes())));
    }
    Code src = binding.src(0);
    Code epilogue = epilogue(binding);
    return Call.of(
        "conv2d", convolution(Code.call("Conv", "conv", sizes())), src, binding.dst(), epilogue);
  }

  private Code epilogue(Binding binding) {
    Code epilogue =
        norm.map(
                n ->
                    n.eps() == BatchNorm2d.EPS
                        ? Code.call("Epilogue", "norm", binding.name(n.path()))
                        : Code.call("Epilogue", "norm", binding.name(n.path()), n.eps()))
            .orElseGet(() -> Code.call("Epilogue", "none"));
    epilogue = epilogue.thenIf(factor != 1, "times", factor);
    if (residual) {
      epilogue = epilogue.then("add", binding.src(1));
    }
    if (activation.isRelu()) {
      return epilogue.then("thenRelu");
    }
    return activation.isNone() ? epilogue : epilogue.then("then", activation.code());
  }

  private Object[] sizes() {
    return window.kernelHeight() == window.kernelWidth()
        ? new Object[] {in, out, window.kernelHeight()}
        : new Object[] {in, out, window.kernelHeight(), window.kernelWidth()};
  }

  /** {@code conv(64, 128, 3).stride(2).padding(1)}. */
  private Code convolution(Code start) {
    Code code = start.thenSides("stride", window.strideHeight(), window.strideWidth(), 1);
    return window
        .padding()
        .print(code)
        .thenSides("dilation", window.dilationHeight(), window.dilationWidth(), 1)
        .thenIf(groups != 1, "groups", groups)
        .thenIf(bias.isPresent(), "withBias");
  }

  @Override
  public Call declare(Shape output) {
    if (bias.isPresent()) {
      return Call.GENERAL;
    }
    // The builder's own method: the user's interface may have one that is called conv.
    Code start = new Code("layers", List.of()).then("conv", sizes());
    Code conv = convolution(start);
    return initial.isSame(fanOut())
        ? Call.of("conv2d", conv, output.height(), output.width())
        : Call.of("conv2d", conv, initial.code(fanIn()), output.height(), output.width());
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.conv2d(this);
  }
}
