/**
 * From the operations of an ONNX file to a {@link io.blockwork.graph.Graph} and its weights. What
 * is constant is folded; axes that are moved, split and joined are followed, not computed.
 */
@NullMarked
package io.blockwork.onnx.importer;

import org.jspecify.annotations.NullMarked;
