/**
 * The user's side of Blockwork: the annotations that describe networks, and the networks that are
 * generated from them.
 *
 * <p>Annotate an interface with {@link io.blockwork.ResNet} or {@link io.blockwork.DenseNet},
 * build, and ask {@link io.blockwork.Networks#create(Class)} for an instance. All arrays are ND4J's
 * (inference also takes and gives {@code float[]}), images are {@code [N, C, H, W]}, and parameters
 * bear the names of torchvision's {@code state_dict}.
 *
 * <p>The annotations, and the enumerations that their members have, need nothing but the JDK: the
 * annotation processor uses them without the rest of this artifact. Generated classes extend what
 * is in {@code io.blockwork.compiled}.
 */
@NullMarked
package io.blockwork;

import org.jspecify.annotations.NullMarked;
