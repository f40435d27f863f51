package io.blockwork.onnx.importer;

import io.blockwork.graph.ops.Shape;
import io.blockwork.onnx.importer.Atom.Axis;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A value of the network as ONNX has it: the axes of ONNX's tensor, each made of parts of the axes
 * of our node. Transposing and reshaping change only this, until an operation needs a layout.
 *
 * @param node our node
 * @param shape of our node, for one image
 * @param axes of ONNX's tensor; an axis of size 1 has no parts
 */
record View(int node, Shape shape, List<List<Atom>> axes) implements Value {
  View {
    axes = axes.stream().map(View::joined).toList();
  }

  /**
   * A node's value with so many axes, the images first.
   *
   * @param images what the first axis is made of
   */
  static View of(int node, Shape shape, int rank, List<Atom> images) {
    List<List<Atom>> axes = new ArrayList<>(List.of(images));
    int[] sizes = {shape.channels(), shape.height(), shape.width()};
    for (int i = 1; i < Math.max(rank, 4); i++) {
      axes.add(
          i < 4 && sizes[i - 1] > 1
              ? List.of(new Atom(Axis.values()[i], sizes[i - 1], 1))
              : List.of());
    }
    return new View(node, shape, axes.subList(0, rank));
  }

  /** The same axes on another node of the same shape. */
  View on(int other) {
    return new View(other, shape, axes);
  }

  /** Other axes of the same node. */
  View with(List<List<Atom>> others) {
    return new View(node, shape, others);
  }

  /** The value of the only image: the images are an axis of size 1, which may go where it will. */
  View alone() {
    return with(
        axes.stream()
            .map(atoms -> atoms.stream().filter(atom -> !atom.isBatch()).toList())
            .toList());
  }

  /** The value of the only image, with an axis of images in front. */
  View withImages() {
    List<List<Atom>> all = new ArrayList<>(axes);
    if (all.isEmpty() || !all.get(0).isEmpty()) {
      all.add(0, List.of());
    }
    all.set(0, List.of(Atom.BATCH));
    return with(all);
  }

  private boolean hasImages() {
    return atoms().contains(Atom.BATCH);
  }

  private static List<Atom> joined(List<Atom> atoms) {
    List<Atom> joined = new ArrayList<>();
    for (Atom atom : atoms) {
      int last = joined.size() - 1;
      if (last >= 0 && joined.get(last).joins(atom)) {
        joined.set(last, joined.get(last).join(atom));
      } else {
        joined.add(atom);
      }
    }
    return List.copyOf(joined);
  }

  int rank() {
    return axes.size();
  }

  List<Atom> atoms() {
    return axes.stream().flatMap(List::stream).toList();
  }

  /** The sizes of ONNX's tensor. */
  List<Dim> dims() {
    return axes.stream().map(View::dim).toList();
  }

  static Dim dim(List<Atom> atoms) {
    Dim dim = Dim.of(1);
    for (Atom atom : atoms) {
      dim = dim.times(atom.isBatch() ? Dim.BATCH : Dim.of(atom.size()));
    }
    return dim;
  }

  /** The size of an axis that the images are no part of. */
  int size(int axis) {
    return Math.toIntExact(dim(axes.get(axis)).value("its size"));
  }

  /** Whether the axis is one of ours, whole, and nothing else. */
  boolean isWhole(int at, Axis axis) {
    int size =
        switch (axis) {
          case BATCH -> 0;
          case CHANNEL -> shape.channels();
          case ROW -> shape.height();
          case COLUMN -> shape.width();
        };
    List<Atom> atoms = axes.get(at);
    boolean none = size == 1 || (axis == Axis.BATCH && !hasImages());
    return none
        ? atoms.isEmpty()
        : atoms.size() == 1 && atoms.get(0).axis() == axis && atoms.get(0).size() == size;
  }

  /** Whether it is {@code [N, C, H, W]}, or what is left of that with fewer axes. */
  boolean isMap() {
    if (rank() < 2 || rank() > 4) {
      return false;
    }
    boolean map = true;
    for (int i = 0; i < rank(); i++) {
      map &= isWhole(i, Axis.values()[i]);
    }
    return map && (rank() > 2 || shape.height() == 1) && (rank() > 3 || shape.width() == 1);
  }

  /** Whether all parts of our axes stand in our order, however they are grouped. */
  boolean isInOrder() {
    List<Atom> images = hasImages() ? List.of(Atom.BATCH) : List.of();
    return joined(atoms()).equals(of(node, shape, 4, images).atoms());
  }

  /** The axis that the images are, if they are one alone. */
  Optional<Integer> batchAxis() {
    for (int i = 0; i < rank(); i++) {
      if (axes.get(i).contains(Atom.BATCH)) {
        return axes.get(i).size() == 1 ? Optional.of(i) : Optional.empty();
      }
    }
    return Optional.empty();
  }

  View transposed(int... order) {
    return with(Arrays.stream(order).mapToObj(axes::get).toList());
  }

  /**
   * The same values in another shape; empty if the parts of the axes do not allow it.
   *
   * @param target the new sizes, without -1 and 0
   * @param batch what the file says the number of images is; 0 if it is free
   */
  Optional<View> reshaped(List<Dim> target, int batch) {
    List<Atom> rest = new ArrayList<>(atoms());
    List<List<Atom>> result = new ArrayList<>();
    for (Dim dim : target) {
      List<Atom> axis = new ArrayList<>();
      long left = dim.constant();
      if (dim.batch() != 0) {
        if (dim.constant() != 0 || rest.isEmpty() || !rest.get(0).isBatch()) {
          return Optional.empty();
        }
        axis.add(rest.remove(0));
        left = dim.batch();
      } else if (batch > 0 && !rest.isEmpty() && rest.get(0).isBatch() && left % batch == 0) {
        axis.add(rest.remove(0));
        left /= batch;
      }
      while (left > 1) {
        if (rest.isEmpty() || rest.get(0).isBatch()) {
          return Optional.empty();
        }
        Atom next = rest.remove(0);
        if (left % next.size() == 0) {
          axis.add(next);
          left /= next.size();
        } else if (next.size() % left == 0) {
          int inner = (int) (next.size() / left);
          axis.add(new Atom(next.axis(), (int) left, next.stride() * inner));
          rest.add(0, new Atom(next.axis(), inner, next.stride()));
          left = 1;
        } else {
          return Optional.empty();
        }
      }
      result.add(axis);
    }
    return rest.isEmpty() ? Optional.of(with(result)) : Optional.empty();
  }
}
