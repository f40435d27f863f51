package io.blockwork.graph.ops;

import java.util.List;

/**
 * The same values in other memory, where a concatenation cannot have them in place.
 *
 * @param path module name
 */
public record Copy(String path) implements Op {
  @Override
  public String type() {
    return "Copy";
  }

  @Override
  public Role role() {
    return Role.MOVE;
  }

  @Override
  public Description description() {
    return Description.of("copy");
  }

  @Override
  public Arity arity() {
    return Arity.ONE;
  }

  @Override
  public Shape shape(List<Shape> inputs) {
    return inputs.get(0);
  }

  @Override
  public List<Parameter> parameters() {
    return List.of();
  }

  @Override
  public long macs(List<Shape> inputs, Shape output) {
    return 0;
  }

  @Override
  public Reads backwardReads() {
    return Reads.NOTHING;
  }

  @Override
  public boolean overwrites(int input) {
    return false;
  }

  @Override
  public GradientUse gradientUse() {
    return GradientUse.READS;
  }

  @Override
  public Call bind(Binding binding) {
    return binding.through("copy");
  }
}
