package io.blockwork.processor.graph;

/**
 * One answer for every kind of operation: a new kind does not compile until each stage handles it.
 *
 * @param <R> the answer
 */
public interface OpVisitor<R> {
  /** The images. */
  R input(Op.Input op);

  /** A convolution. */
  R conv2d(Op.Conv2d op);

  /** A batch norm. */
  R batchNorm2d(Op.BatchNorm2d op);

  /** ReLU. */
  R relu(Op.Relu op);

  /** Sigmoid. */
  R sigmoid(Op.Sigmoid op);

  /** Max pooling. */
  R maxPool2d(Op.MaxPool2d op);

  /** Average pooling. */
  R avgPool2d(Op.AvgPool2d op);

  /** Global average pooling. */
  R globalAvgPool(Op.GlobalAvgPool op);

  /** A linear layer. */
  R linear(Op.Linear op);

  /** A sum. */
  R add(Op.Add op);

  /** A scaling of channels. */
  R scale(Op.Scale op);

  /** A concatenation. */
  R concat(Op.Concat op);

  /** Dropout. */
  R dropout(Op.Dropout op);

  /** The parameterless shortcut. */
  R padShortcut(Op.PadShortcut op);
}
