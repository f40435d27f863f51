package io.blockwork.processor.dsl;

import io.blockwork.graph.ops.Shape;
import io.blockwork.processor.dsl.BodyNode.Group;
import io.blockwork.processor.dsl.BodyNode.Use;
import io.blockwork.processor.expression.Type;
import io.blockwork.processor.spec.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Looks for what would make a network fit whose map has become too small for a window. */
final class Remedies {
  private static final int MOST_SIDE = 1 << 14;

  private Remedies() {}

  /** The same fault, with the smallest image that is large enough, or the head to leave out. */
  static Fault larger(Fault fault, NetworkSource network, Shape input, Library library) {
    int least = least(network, input, library);
    List<String> ways = new ArrayList<>();
    if (least > 0) {
      int height = Math.max(least, input.height());
      int width = Math.max(least, input.width());
      ways.add(String.format(Locale.ROOT, "use an input of at least %dx%d", height, width));
    }
    option(network, fault, library)
        .ifPresent(option -> ways.add("leave the auxiliary output out: " + option + " = false"));
    if (ways.isEmpty()) {
      return fault;
    }
    List<Object> args = new ArrayList<>(fault.args());
    args.set(args.size() - 1, String.join(", or ", ways));
    return new Fault(fault.message(), fault.site(), args, fault.trace());
  }

  /** The least side of an image, not below the present ones, for which nothing vanishes; or 0. */
  private static int least(NetworkSource network, Shape input, Library library) {
    int below = Math.min(input.height(), input.width());
    int side = below;
    do {
      side = 2 * side;
      if (side > MOST_SIDE) {
        return 0;
      }
    } while (vanishes(network, input, side, library));
    while (side - below > 1) {
      int middle = (below + side) / 2;
      if (vanishes(network, input, middle, library)) {
        below = middle;
      } else {
        side = middle;
      }
    }
    return side;
  }

  private static boolean vanishes(NetworkSource network, Shape input, int side, Library library) {
    try {
      Shape larger =
          new Shape(
              input.channels(), Math.max(side, input.height()), Math.max(side, input.width()));
      Lowering.lower(network, larger, library);
      return false;
    } catch (FaultException e) {
      return e.fault().message() == Message.NO_ROOM;
    }
  }

  /** The truth parameter that an auxiliary output at fault asks for in its condition. */
  private static Optional<String> option(NetworkSource network, Fault fault, Library library) {
    if (network.block().isEmpty()) {
      return Optional.empty();
    }
    Use use = network.block().get();
    String path = String.valueOf(fault.args().get(0));
    Body body = library.block(use.block()).body();
    return find(body, "", path).stream()
        .flatMap(formula -> Parameters.of(formula).stream())
        .filter(name -> isTruth(use.call().signature(), name))
        .findFirst();
  }

  private static boolean isTruth(Signature signature, String name) {
    Signature.Member member = signature.members().get(name);
    return member != null && member.type().equals(Optional.of(Type.TRUTH));
  }

  private static List<Formula> find(Body body, String prefix, String path) {
    List<Formula> found = new ArrayList<>();
    for (BodyNode node : body.nodes()) {
      String name = prefix + node.path().map(PathPattern::text).orElse(node.name());
      if (!path.equals(name) && !path.startsWith(name + ".")) {
        continue;
      }
      if (node.auxiliary().isPresent()) {
        node.condition().ifPresent(found::add);
      } else if (node.work() instanceof Group group) {
        found.addAll(find(group.body(), name + ".", path));
      }
    }
    return found;
  }
}
