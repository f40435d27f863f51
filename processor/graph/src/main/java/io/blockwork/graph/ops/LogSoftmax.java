package io.blockwork.graph.ops;

import java.util.List;

/**
 * The logarithm of {@link Softmax} over the channels of each place, as torch.nn.LogSoftmax(1).
 *
 * @param path module name
 */
public record LogSoftmax(String path) implements Op {
  @Override
  public String type() {
    return "LogSoftmax";
  }

  @Override
  public Role role() {
    return Role.ELEMENTWISE;
  }

  @Override
  public Description description() {
    return Description.of("log softmax");
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
    return Reads.OUTPUT;
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
    return binding.through("logSoftmax");
  }
}
