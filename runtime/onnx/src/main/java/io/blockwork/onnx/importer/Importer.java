package io.blockwork.onnx.importer;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Shapes;
import io.blockwork.graph.ops.Flatten;
import io.blockwork.graph.ops.Shape;
import io.blockwork.onnx.file.OnnxException;
import io.blockwork.onnx.file.OnnxModel;
import io.blockwork.onnx.file.OnnxNode;
import io.blockwork.onnx.file.OnnxTensor;
import io.blockwork.onnx.file.OnnxValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Turns the operations of an ONNX file into a network. */
public final class Importer {
  /** The versions of ONNX's operators that are known. */
  public static final int OLDEST_OPSET = 7;

  /** The newest version of ONNX's operators that is known. */
  public static final int NEWEST_OPSET = 26;

  private static final Map<String, Consumer<Translation>> OPERATORS = operators();

  private Importer() {}

  private static Map<String, Consumer<Translation>> operators() {
    Map<String, Consumer<Translation>> all = new HashMap<>();
    Convolutions.into(all);
    Products.into(all);
    Functions.into(all);
    Arithmetic.into(all);
    Moves.into(all);
    Reshapes.into(all);
    Norms.into(all);
    Integers.into(all);
    return Map.copyOf(all);
  }

  /** The operators that a network may have, in alphabetical order. */
  public static List<String> supported() {
    return new ArrayList<>(new TreeSet<>(OPERATORS.keySet()));
  }

  /**
   * Takes a model.
   *
   * @param input shape of one image; empty if the file says it
   * @throws OnnxException if the model has an operation that cannot be taken, is not of one input,
   *     or does not say the size of its images; the message names the operation
   */
  public static ImportedNetwork run(OnnxModel model, Optional<Shape> input) {
    return run(model, input, "");
  }

  /**
   * Takes a model.
   *
   * @param input shape of one image; empty if the file says it
   * @param remedy how a user says that shape, for the message where the file leaves it open: {@code
   *     ", by ..."}
   * @throws OnnxException if the model has an operation that cannot be taken, is not of one input,
   *     or does not say the size of its images; the message names the operation
   */
  public static ImportedNetwork run(OnnxModel model, Optional<Shape> input, String remedy) {
    if (model.opset() < OLDEST_OPSET || model.opset() > NEWEST_OPSET) {
      throw new OnnxException(
          "it uses version %d of ONNX's operators; %d to %d are supported",
          model.opset(), OLDEST_OPSET, NEWEST_OPSET);
    }
    try {
      return taken(model, input, remedy);
    } catch (ArithmeticException e) {
      throw new OnnxException(e, "its sizes are too large (%s)", e.getMessage());
    } catch (IllegalArgumentException | IndexOutOfBoundsException | NegativeArraySizeException e) {
      // What no operation of ours can have, such as a pool that is too small for its padding.
      throw new OnnxException(e, "it holds what is not supported: %s", e.getMessage());
    }
  }

  private static ImportedNetwork taken(OnnxModel model, Optional<Shape> input, String remedy) {
    List<OnnxNode> nodes = Order.of(model, Patterns.replaced(model));
    Images images = Images.of(model, nodes, input, remedy);
    int size = images.batch();
    if (size > 0 && isOurs(model)) {
      // Our exports fix the number only where something depends on it, and tell no more what.
      return taken(model, nodes, images, new Batch(size, true));
    }
    try {
      return taken(model, nodes, images, new Batch(size, false));
    } catch (OnnxException | IllegalArgumentException | ArithmeticException e) {
      if (size == 0) {
        throw e;
      }
      // What this attempt says is left when the number of images is no obstacle.
      return taken(model, nodes, images, new Batch(size, true));
    }
  }

  private static boolean isOurs(OnnxModel model) {
    return (model.producer() + " ").startsWith("Blockwork ");
  }

  private static ImportedNetwork taken(
      OnnxModel model, List<OnnxNode> nodes, Images images, Batch batch) {
    var names = new Names(nodes);
    var draft = new Draft(images.shape(), Map.of(), isOurs(model));
    ImportedNetwork network = taken(model, nodes, images, batch, draft, names);
    Map<String, FoundBlocks.Place> places = FoundBlocks.of(network.graph(), names.unnamed());
    return places.isEmpty()
        ? network
        : taken(
            model,
            nodes,
            images,
            batch,
            new Draft(images.shape(), places, isOurs(model)),
            new Names(nodes, places));
  }

  private static ImportedNetwork taken(
      OnnxModel model, List<OnnxNode> nodes, Images images, Batch batch, Draft draft, Names names) {
    var scope = new Scope(model, nodes, batch, draft, names);
    scope.define(images);
    for (OnnxNode node : nodes) {
      take(model, node, scope);
    }
    return finished(model, scope, draft);
  }

  private static void take(OnnxModel model, OnnxNode node, Scope scope) {
    var translation = new Translation(node, scope);
    if (!node.domain().isEmpty()) {
      boolean function = model.functions().contains(node.domain() + ":" + node.type());
      throw translation.refuse(
          function
              ? "it is a function of the model (domain %s), which is not supported; export the model with its functions inlined"
              : "it is of the domain %s; only ONNX's own operators are supported",
          node.domain());
    }
    if (model.functions().contains(":" + node.type())) {
      throw translation.refuse("it is a function of the model, which is not supported");
    }
    String type = node.type();
    boolean network = false;
    boolean sizes = false;
    for (int i = 0; i < node.inputs().size(); i++) {
      if (translation.has(i)) {
        network |=
            translation.value(i) instanceof View || translation.value(i) instanceof Value.Quantized;
        sizes |= translation.value(i) instanceof Value.Sizes;
      }
    }
    Consumer<Translation> operator = OPERATORS.get(type);
    if (network && operator != null) {
      operator.accept(translation);
    } else if (!network && sizes && FoldSizes.knows(type)) {
      FoldSizes.apply(translation);
    } else if (!network && !sizes && Fold.knows(type)) {
      Fold.apply(translation);
    } else if (Fold.knows(type) || FoldSizes.knows(type) || operator != null) {
      throw translation.refuse(
          network
              ? "%s is supported for constants only"
              : "%s is not supported for constants, or sizes of tensors",
          type);
    } else {
      // As a part of the template: the list may be longer than what a file has a say in.
      throw translation.refuse(
          "the operator is not supported; these are: " + String.join(", ", supported()));
    }
  }

  private static ImportedNetwork finished(OnnxModel model, Scope scope, Draft draft) {
    OnnxValue output = model.outputs().get(0);
    if (!(scope.result(output.name()) instanceof View last)) {
      throw new OnnxException(
          scope.result(output.name()) instanceof Value.Quantized
              ? "its output %s is of 8-bit integers, which is not supported"
              : "its output %s does not depend on the images",
          output.name());
    }
    View view = scope.batch().isOneAlone() ? last.withImages() : last;
    if (view.batchAxis().isEmpty()) {
      throw new OnnxException(
          "its output %s has the shape %s, in which the images of a batch are mixed; networks give a result for each image",
          output.name(), view.dims());
    }
    var translation =
        new Translation(
            new OnnxNode("", "Output", "", List.of(output.name()), List.of(), Map.of(), Map.of()),
            scope);
    View result =
        view.rank() > 4 || view.rank() == 1 ? inOrder(translation, view) : translation.map(view);
    int node = result.node();
    if (node == 0) {
      throw new OnnxException("its output %s is its input", output.name());
    }
    Draft.Result network = draft.finish(node);
    if (result.rank() == 2 && !isVector(network.graph())) {
      // [N, C], as the file has it, and not [N, C, 1, 1].
      network = draft.finish(translation.add(new Flatten(translation.path()), node));
    }
    Shape shape = draft.shape(node);
    List<Integer> sizes =
        isVector(network.graph())
            ? List.of(shape.channels())
            : List.of(shape.channels(), shape.height(), shape.width());
    Map<String, OnnxTensor> weights = new LinkedHashMap<>(network.weights());
    return new ImportedNetwork(
        network.graph(),
        scope.batch().asOnly(),
        sizes,
        weights,
        network.byteLayers(),
        model.externalFiles(),
        model.producer(),
        model.metadata());
  }

  private static boolean isVector(Graph graph) {
    return graph.isVector(graph.output(), Shapes.of(graph));
  }

  /** A result with fewer or more axes than images have, as a vector. */
  private static View inOrder(Translation translation, View view) {
    if (!view.isInOrder()) {
      throw translation.refuse("the axes of the result %s have been moved", view.dims());
    }
    int id =
        view.shape().isVector()
            ? view.node()
            : translation.add(new Flatten(translation.path()), view.node());
    return View.of(id, translation.shape(id), 2, List.of(Atom.BATCH));
  }

  /** Works out an output that depends on no input; empty if it depends on one. */
  public static Optional<OnnxTensor> constant(OnnxModel model, String output) {
    List<OnnxNode> nodes = Order.of(model, model.nodes());
    var scope =
        new Scope(model, nodes, Batch.FREE, new Draft(new Shape(1, 1, 1)), new Names(nodes));
    for (OnnxNode node : nodes) {
      take(model, node, scope);
    }
    return scope.result(output) instanceof Value.Constant constant
        ? Optional.of(constant.tensor())
        : Optional.empty();
  }
}
