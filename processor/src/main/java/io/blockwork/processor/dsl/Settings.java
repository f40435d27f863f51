package io.blockwork.processor.dsl;

import io.blockwork.graph.ops.Initial;
import io.blockwork.graph.ops.Padding;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.Window;
import io.blockwork.processor.expression.Value;
import io.blockwork.processor.expression.Value.Numeric;
import io.blockwork.processor.expression.Value.Sides;
import io.blockwork.processor.expression.Value.Truth;
import io.blockwork.processor.spec.Message;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What an operation is made of: its path, the values of its members, and what it reads.
 *
 * @param path module name
 * @param values of all members, each within its rule
 * @param inputs shapes of what it reads
 * @param initial what weights start as
 * @param own the operation's own rule for that, if it has one
 */
record Settings(
    String path,
    Map<String, Value> values,
    List<Shape> inputs,
    Optional<InitRule> initial,
    Optional<InitRule> own) {
  private static final int SAME = -1;
  private static final int TWO_SIDES = 2;
  private static final double CUT = 2;

  /** An operation that cannot be made of its settings. */
  static final class Impossible extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String member;
    private final String what;
    private final String why;
    private final String fix;

    /**
     * @param member the member at fault
     */
    Impossible(String member, String what, String why, String fix) {
      super(what, null, false, false);
      this.member = member;
      this.what = what;
      this.why = why;
      this.fix = fix;
    }

    String member() {
      return member;
    }

    Fault fault(String path, Site site) {
      return Fault.of(Message.CHANNELS, site, path, what, why, fix);
    }
  }

  private Value value(String member) {
    return Objects.requireNonNull(values.get(member), member);
  }

  int whole(String member) {
    return ((Value.Whole) value(member)).value();
  }

  double decimal(String member) {
    return ((Numeric) value(member)).decimal();
  }

  boolean truth(String member) {
    return ((Truth) value(member)).value();
  }

  private static int whole(Numeric number) {
    return (int) number.decimal();
  }

  /** All numbers of an array. */
  List<Double> decimals(String member) {
    return ((Sides) value(member)).sides().stream().map(Numeric::decimal).toList();
  }

  private int side(String member, boolean vertical) {
    List<Numeric> sides = ((Sides) value(member)).sides();
    return whole(sides.get(vertical || sides.size() == 1 ? 0 : 1));
  }

  int vertical(String member) {
    return side(member, true);
  }

  int horizontal(String member) {
    return side(member, false);
  }

  /** The first input. */
  Shape in() {
    return inputs.get(0);
  }

  int channels() {
    return in().channels();
  }

  /** Checks that groups divide the channels. */
  int groups(int channels, String which) {
    int groups = whole("groups");
    if (channels % groups != 0) {
      throw new Impossible(
          "groups",
          String.format(
              Locale.ROOT, "%d groups cannot be made of %d %s channels", groups, channels, which),
          "every group has the same number of channels",
          "use a divisor of " + channels + ", such as " + divisor(channels, groups));
    }
    return groups;
  }

  /** The largest divisor that is not above a number. */
  private static int divisor(int of, int most) {
    int divisor = Math.min(of, most);
    while (of % divisor != 0) {
      divisor--;
    }
    return divisor;
  }

  /** The padding, of one, two or four numbers. */
  Padding padding() {
    List<Numeric> sides = ((Sides) value("padding")).sides();
    return sides.size() <= TWO_SIDES
        ? Padding.of(vertical("padding"), horizontal("padding"))
        : new Padding(
            whole(sides.get(0)), whole(sides.get(1)), whole(sides.get(2)), whole(sides.get(3)));
  }

  /** The window of a convolution. */
  Window window() {
    Window window =
        Window.of(vertical("kernel"), horizontal("kernel"))
            .stride(vertical("stride"), horizontal("stride"))
            .dilation(vertical("dilation"), horizontal("dilation"));
    return window.padding(vertical("padding") == SAME ? same(window) : padding());
  }

  private Padding same(Window window) {
    int vertical = same(in().height(), window.strideHeight(), window.spanHeight());
    int horizontal = same(in().width(), window.strideWidth(), window.spanWidth());
    return new Padding(
        vertical / 2, horizontal / 2, vertical - vertical / 2, horizontal - horizontal / 2);
  }

  /** Rows in all that leave {@code ceil(size / stride)} places. */
  private static int same(int size, int stride, int span) {
    return Math.max(0, (size + stride - 1) / stride * stride - stride + span - size);
  }

  /** The window of a pool, which does not overlap unless a stride says so. */
  Window pool() {
    boolean tiles = ((Sides) value("stride")).sides().isEmpty();
    String stride = tiles ? "kernel" : "stride";
    Window window =
        Window.of(vertical("kernel"), horizontal("kernel"))
            .stride(vertical(stride), horizontal(stride))
            .padding(padding());
    Padding padding = window.padding();
    if (2 * Math.max(padding.top(), padding.bottom()) > window.kernelHeight()
        || 2 * Math.max(padding.left(), padding.right()) > window.kernelWidth()) {
      throw new Impossible(
          "padding",
          String.format(
              Locale.ROOT,
              "the padding is more than half of the %dx%d window",
              window.kernelHeight(),
              window.kernelWidth()),
          "a window would see nothing of the map",
          String.format(
              Locale.ROOT,
              "use a padding of at most %d x %d",
              window.kernelHeight() / 2,
              window.kernelWidth() / 2));
    }
    return truth("ceilMode") ? window.ceilMode() : window;
  }

  /** What the weights of a convolution or linear layer start as. */
  Initial weights(long fanIn, long fanOut, int out) {
    if (initial.isEmpty()) {
      return Initial.torch(fanIn);
    }
    InitRule rule = initial.get();
    return switch (rule.kind()) {
      case "HE_FAN_IN" -> Initial.he(fanIn);
      case "HE_FAN_OUT" -> Initial.he(fanOut);
      case "HE_UNIFORM" -> Initial.uniform(Math.sqrt(6.0 / fanIn));
      case "NORMAL" -> Initial.normal(rule.std());
      case "TRUNCATED_NORMAL" -> Initial.truncatedNormal(rule.std(), -CUT, CUT);
      case "UNIFORM_OUT" -> Initial.uniform(1 / Math.sqrt(out));
      case "CONSTANT" -> Initial.constant(rule.constant());
      case "ZERO" -> Initial.ZEROS;
      default -> Initial.torch(fanIn);
    };
  }

  /** Whether biases start at zero. */
  boolean zeroBias() {
    return initial.isPresent() && initial.get().zeroBias();
  }

  /** Whether a norm's own rule lets its scale start at zero; else it starts at one. */
  boolean fromZero() {
    return own.isPresent() && own.get().kind().equals("ZERO");
  }
}
