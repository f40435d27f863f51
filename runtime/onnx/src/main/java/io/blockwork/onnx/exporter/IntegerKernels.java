package io.blockwork.onnx.exporter;

import io.blockwork.graph.ops.Activate;
import io.blockwork.graph.ops.AdaptiveAvgPool2d;
import io.blockwork.graph.ops.AdaptiveMaxPool2d;
import io.blockwork.graph.ops.AvgPool2d;
import io.blockwork.graph.ops.BatchNorm2d;
import io.blockwork.graph.ops.ChannelRange;
import io.blockwork.graph.ops.ChannelShuffle;
import io.blockwork.graph.ops.Concat;
import io.blockwork.graph.ops.ConstantAffine;
import io.blockwork.graph.ops.Conv2d;
import io.blockwork.graph.ops.Copy;
import io.blockwork.graph.ops.Dropout;
import io.blockwork.graph.ops.Flatten;
import io.blockwork.graph.ops.GlobalAvgPool;
import io.blockwork.graph.ops.GlobalMaxPool;
import io.blockwork.graph.ops.GroupNorm;
import io.blockwork.graph.ops.Input;
import io.blockwork.graph.ops.LayerNorm2d;
import io.blockwork.graph.ops.LearnedAffine;
import io.blockwork.graph.ops.Linear;
import io.blockwork.graph.ops.LocalResponseNorm;
import io.blockwork.graph.ops.LogSoftmax;
import io.blockwork.graph.ops.MaxPool2d;
import io.blockwork.graph.ops.Multiply;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.PRelu;
import io.blockwork.graph.ops.PadShortcut;
import io.blockwork.graph.ops.Scale;
import io.blockwork.graph.ops.Softmax;
import io.blockwork.graph.ops.StochasticDepth;
import io.blockwork.graph.ops.Sum;
import io.blockwork.graph.ops.ZeroPad2d;

/**
 * Whether ONNX Runtime has an integer kernel for an operation, or none is needed, if its neighbours
 * are bytes.
 */
final class IntegerKernels implements Op.Visitor<Boolean> {
  @Override
  public Boolean activate(Activate op) {
    return false;
  }

  @Override
  public Boolean adaptiveAvgPool2d(AdaptiveAvgPool2d op) {
    return false;
  }

  @Override
  public Boolean adaptiveMaxPool2d(AdaptiveMaxPool2d op) {
    return false;
  }

  @Override
  public Boolean avgPool2d(AvgPool2d op) {
    return true;
  }

  @Override
  public Boolean batchNorm2d(BatchNorm2d op) {
    return false;
  }

  @Override
  public Boolean channelRange(ChannelRange op) {
    return true;
  }

  @Override
  public Boolean channelShuffle(ChannelShuffle op) {
    return false;
  }

  @Override
  public Boolean concat(Concat op) {
    return true;
  }

  @Override
  public Boolean constantAffine(ConstantAffine op) {
    return false;
  }

  @Override
  public Boolean conv2d(Conv2d op) {
    return true;
  }

  @Override
  public Boolean copy(Copy op) {
    return true;
  }

  @Override
  public Boolean dropout(Dropout op) {
    return false;
  }

  @Override
  public Boolean flatten(Flatten op) {
    return true;
  }

  @Override
  public Boolean globalAvgPool(GlobalAvgPool op) {
    return true;
  }

  @Override
  public Boolean globalMaxPool(GlobalMaxPool op) {
    return true;
  }

  @Override
  public Boolean groupNorm(GroupNorm op) {
    return false;
  }

  @Override
  public Boolean input(Input op) {
    return false;
  }

  @Override
  public Boolean layerNorm2d(LayerNorm2d op) {
    return false;
  }

  @Override
  public Boolean learnedAffine(LearnedAffine op) {
    return false;
  }

  @Override
  public Boolean linear(Linear op) {
    return true;
  }

  @Override
  public Boolean localResponseNorm(LocalResponseNorm op) {
    return false;
  }

  @Override
  public Boolean logSoftmax(LogSoftmax op) {
    return false;
  }

  @Override
  public Boolean maxPool2d(MaxPool2d op) {
    return true;
  }

  @Override
  public Boolean multiply(Multiply op) {
    return false;
  }

  @Override
  public Boolean prelu(PRelu op) {
    return false;
  }

  @Override
  public Boolean padShortcut(PadShortcut op) {
    return false;
  }

  @Override
  public Boolean scale(Scale op) {
    return false;
  }

  @Override
  public Boolean softmax(Softmax op) {
    return false;
  }

  @Override
  public Boolean stochasticDepth(StochasticDepth op) {
    return false;
  }

  @Override
  public Boolean sum(Sum op) {
    return op.factors().size() == 2 && op.isPlain();
  }

  @Override
  public Boolean zeroPad2d(ZeroPad2d op) {
    return false;
  }
}
