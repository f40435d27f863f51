package io.blockwork.processor.shapes;

import io.blockwork.processor.graph.Graph;
import io.blockwork.processor.graph.Node;
import io.blockwork.processor.graph.Op;
import io.blockwork.processor.graph.OpVisitor;
import io.blockwork.processor.graph.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The shape rule of every operation. */
public final class ShapeInference {
  private ShapeInference() {}

  /**
   * What inference found.
   *
   * @param of the shape of each node's output, by id; up to the fault if there is one
   * @param fault the first layer that has no output
   */
  public record Result(List<Shape> of, Optional<Fault> fault) {
    /** Copies the list. */
    public Result {
      of = List.copyOf(of);
    }
  }

  /**
   * A layer that cannot run.
   *
   * @param node the layer
   * @param input the shape that reaches it
   */
  public record Fault(Node node, Shape input) {}

  /** Infers the shapes of all edges. */
  public static Result infer(Graph graph) {
    List<Shape> shapes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      List<Shape> inputs = node.inputs().stream().map(shapes::get).toList();
      Shape shape = node.op().accept(new Rule(inputs));
      if (shape.height() < 1 || shape.width() < 1) {
        return new Result(shapes, Optional.of(new Fault(node, inputs.get(0))));
      }
      shapes.add(shape);
    }
    return new Result(shapes, Optional.empty());
  }

  /**
   * The shapes of all edges of a graph that is known to be sound.
   *
   * @throws IllegalStateException if it is not
   */
  public static List<Shape> shapes(Graph graph) {
    Result result = infer(graph);
    result
        .fault()
        .ifPresent(
            fault -> {
              throw new IllegalStateException(fault.node().op().path() + " has no output");
            });
    return result.of();
  }

  private record Rule(List<Shape> inputs) implements OpVisitor<Shape> {
    private Shape first() {
      return inputs.get(0);
    }

    private Shape window(int channels, int kernel, int stride, int padding) {
      return new Shape(
          channels,
          Math.floorDiv(first().height() + 2 * padding - kernel, stride) + 1,
          Math.floorDiv(first().width() + 2 * padding - kernel, stride) + 1);
    }

    private Shape agree(Op op, int expected, int actual) {
      if (expected != actual) {
        throw new IllegalStateException(
            "%s: expected %d channels, got %d".formatted(op.path(), expected, actual));
      }
      return first();
    }

    @Override
    public Shape input(Op.Input op) {
      return op.shape();
    }

    @Override
    public Shape conv2d(Op.Conv2d op) {
      agree(op, op.in(), first().channels());
      return window(op.out(), op.dilation() * (op.kernel() - 1) + 1, op.stride(), op.padding());
    }

    @Override
    public Shape batchNorm2d(Op.BatchNorm2d op) {
      return agree(op, op.channels(), first().channels());
    }

    @Override
    public Shape relu(Op.Relu op) {
      return first();
    }

    @Override
    public Shape sigmoid(Op.Sigmoid op) {
      return first();
    }

    @Override
    public Shape maxPool2d(Op.MaxPool2d op) {
      return window(first().channels(), op.kernel(), op.stride(), op.padding());
    }

    @Override
    public Shape avgPool2d(Op.AvgPool2d op) {
      return window(first().channels(), op.kernel(), op.kernel(), 0);
    }

    @Override
    public Shape globalAvgPool(Op.GlobalAvgPool op) {
      return new Shape(first().channels(), 1, 1);
    }

    @Override
    public Shape linear(Op.Linear op) {
      agree(op, op.in(), first().channels());
      return new Shape(op.out(), 1, 1);
    }

    @Override
    public Shape add(Op.Add op) {
      if (!inputs.get(0).equals(inputs.get(1))) {
        throw new IllegalStateException(
            "%s: cannot add %s and %s".formatted(op.path(), inputs.get(0), inputs.get(1)));
      }
      return first();
    }

    @Override
    public Shape scale(Op.Scale op) {
      agree(op, first().channels(), inputs.get(1).channels());
      return first();
    }

    @Override
    public Shape concat(Op.Concat op) {
      return new Shape(
          inputs.stream().mapToInt(Shape::channels).sum(), first().height(), first().width());
    }

    @Override
    public Shape dropout(Op.Dropout op) {
      return first();
    }

    @Override
    public Shape padShortcut(Op.PadShortcut op) {
      int s = op.stride();
      return new Shape(op.out(), (first().height() + s - 1) / s, (first().width() + s - 1) / s);
    }
  }
}
