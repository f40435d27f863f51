package io.blockwork.processor.dsl;

import io.blockwork.processor.expression.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A body at one place of the network.
 *
 * @param body the body
 * @param parameters values of its block's parameters
 * @param inputs the graph's numbers of its inputs
 * @param prefix what the paths of its modules begin with
 * @param index the repetition that it stands in
 * @param initial what parameters start as, if somebody around it says so
 * @param via how it came there; empty for the network itself
 */
record Frame(
    Body body,
    Map<String, Value> parameters,
    List<Integer> inputs,
    String prefix,
    OptionalInt index,
    Optional<InitRule> initial,
    Optional<Via> via) {
  Frame {
    parameters = Map.copyOf(parameters);
    inputs = List.copyOf(inputs);
  }

  /**
   * How a body came to stand where it stands.
   *
   * @param outer the body around it
   * @param at where it stands there: at a node, or beside {@code @Model}
   * @param name the node's name; empty beside {@code @Model}
   * @param call the use of its block; empty for a group
   */
  record Via(Frame outer, Site at, String name, Optional<Call> call) {}

  /**
   * The way from the network to a node: {@code Birds.Mixed_5b -> InceptionA.branch5x5_2}; empty if
   * the node stands in the network itself.
   */
  String way(String node) {
    String inner = node.isEmpty() ? body.name() : body.name() + "." + node;
    if (via.isEmpty()) {
      return inner;
    } else if (via.get().call().isEmpty()) {
      return via.get().outer().way(node.isEmpty() ? body.name() : body.name() + "." + node);
    }
    return via.get().outer().way(via.get().name()) + " -> " + inner;
  }

  /** Whether its nodes are the network's stages: its own, or those of the block beside it. */
  boolean isTop() {
    return via.isEmpty() || via.get().name().isEmpty();
  }

  /** Whether its nodes are the network's: at the top, or in groups there. */
  boolean isNetwork() {
    return isTop() || via.get().call().isEmpty() && via.get().outer().isNetwork();
  }

  /** Whether the body is written in the network's own interface. */
  boolean isOwn() {
    return via.isEmpty() || via.get().call().isEmpty() && via.get().outer().isOwn();
  }

  /**
   * Where a fault is reported that was found at {@code site}, which is this body's: in the
   * network's own interface, at the node that brings the body in, or at the value that it hands on.
   *
   * @param member what sets the member at fault, if a member is
   */
  Site reported(Site site, Optional<Formula> member) {
    if (isOwn()) {
      return site;
    }
    Frame at = this;
    Optional<Formula> cause = member;
    while (true) {
      Via way = at.via.orElseThrow();
      if (way.call().isEmpty()) {
        at = way.outer();
        continue;
      }
      Call call = way.call().get();
      Optional<String> parameter = cause.flatMap(Parameters::only);
      boolean set =
          parameter.isPresent() && call.signature().members().containsKey(parameter.get());
      if (way.outer().isOwn()) {
        boolean written =
            set
                && (call.written().containsKey(parameter.get())
                    || call.computed().containsKey(parameter.get()));
        return written ? call.site(parameter.get()) : way.at();
      }
      cause = set ? Optional.ofNullable(call.computed().get(parameter.get())) : Optional.empty();
      at = way.outer();
    }
  }
}
