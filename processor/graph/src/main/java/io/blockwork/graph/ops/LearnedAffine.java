package io.blockwork.graph.ops;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A learned scale, shift or both a channel: the layer scale of ConvNeXt.
 *
 * @param path module name
 * @param channels channels
 * @param scale the full name of the scale in the {@code state_dict}; empty if there is none
 * @param shift the full name of the shift; empty if there is none
 * @param initial what the scale starts with
 * @param spatial whether their shape is {@code [C, 1, 1]}, not {@code [C]}
 */
public record LearnedAffine(
    String path,
    int channels,
    Optional<String> scale,
    Optional<String> shift,
    double initial,
    boolean spatial)
    implements Op {
  /**
   * Checks that something is learned.
   *
   * @throws IllegalArgumentException if neither is
   */
  public LearnedAffine {
    Rules.require(scale.isPresent() || shift.isPresent(), path, "a scale or a shift", "neither");
  }

  /** A scale that is called as the operation is, {@code [C, 1, 1]}. */
  public static LearnedAffine scale(String path, int channels, double initial) {
    return new LearnedAffine(path, channels, Optional.of(path), Optional.empty(), initial, true);
  }

  /**
   * A scale from one and a shift from zero: {@code path.weight} and {@code path.bias}, {@code [C]}.
   */
  public static LearnedAffine of(String path, int channels) {
    return new LearnedAffine(
        path, channels, Optional.of(path + ".weight"), Optional.of(path + ".bias"), 1, false);
  }

  @Override
  public String type() {
    return "Affine";
  }

  @Override
  public Role role() {
    return Role.ELEMENTWISE;
  }

  @Override
  public Outcome outcome() {
    return Outcome.COMPUTED;
  }

  @Override
  public Description description() {
    return Description.of("learned " + (scale.isPresent() ? "scale" : "shift"));
  }

  @Override
  public Arity arity() {
    return Arity.ONE;
  }

  @Override
  public Shape shape(List<Shape> inputs) {
    return Rules.channels(this, inputs, channels);
  }

  @Override
  public List<Parameter> parameters() {
    return entries();
  }

  @Override
  public long macs(List<Shape> inputs, Shape output) {
    return 0;
  }

  @Override
  public Reads backwardReads() {
    return scale.isPresent() ? Reads.INPUTS : Reads.NOTHING;
  }

  @Override
  public boolean overwrites(int input) {
    return true;
  }

  @Override
  public GradientUse gradientUse() {
    return GradientUse.READS;
  }

  @Override
  public Activation activation() {
    return Activation.NONE;
  }

  @Override
  public boolean batchStatistics() {
    return false;
  }

  @Override
  public boolean foldsNorm() {
    return false;
  }

  @Override
  public int weightGroups() {
    return 1;
  }

  @Override
  public Optional<ConstantAffine> constantAffine() {
    return Optional.empty();
  }

  @Override
  public Call bind(Binding binding) {
    return binding.through("affine", affine(binding));
  }

  private List<Parameter> entries() {
    List<Integer> shape = spatial ? List.of(channels, 1, 1) : List.of(channels);
    List<Parameter> entries = new ArrayList<>();
    scale.ifPresent(
        name ->
            entries.add(
                new Parameter(name, Parameter.Kind.SCALE, shape, Initial.constant(initial))));
    shift.ifPresent(
        name -> entries.add(new Parameter(name, Parameter.Kind.BIAS, shape, Initial.ZEROS)));
    return entries;
  }

  private Code affine(Binding binding) {
    if (scale.isPresent() && shift.isPresent()) {
      return Code.call("Affine", "learned", binding.name(scale.get()), binding.name(shift.get()));
    }
    return scale
        .map(name -> Code.call("Affine", "learnedScale", binding.name(name)))
        .orElseGet(() -> Code.call("Affine", "learnedShift", binding.name(shift.orElseThrow())));
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.learnedAffine(this);
  }
}
