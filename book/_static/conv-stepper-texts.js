// What <conv-stepper> says, in both languages.
window.convStepper.texts = {
  en: {
    forward: "Forward", backward: "Backward", direction: "Direction", mode: "pooling", max: "maximum",
    average: "mean", winner: "max",
    image: "image", filter: "filter", size: "window", stride: "stride", padding: "padding", dilation: "dilation",
    bias: "bias", rows: "rows", columns: "columns", reset: "Start over",
    x: "image x", w: "filter w", y: "map y", dy: "gradient dy", dx: "dx, to the image", dw: "dw, to the filter",
    previous: "Previous output", play: "Play", next: "Next output", step: "Output",
    cell: (name, i, j) => `${name}, row ${i}, column ${j}`,
    made: (i, j, value) => `Row ${i}, column ${j}: ${value}`,
    handedOut: (i, j, value) => `Row ${i}, column ${j} hands out its dy, ${value}`,
    notNumber: (text, where) => `“${text}” is not a number (${where}). Try one like 2, -1 or 0.5.`,
    notInRange: (name, low, high) => `“${name}” has to be a whole number from ${low} to ${high}.`,
    notInside: (reach, axis, padded) =>
      `No window fits: it reaches over ${reach} ${axis}, and the image with its padding has ${padded}.`,
    tooMuchPadding: (padding, axis, size) =>
      `The padding, ${padding}, has to be smaller than the window (${axis}: ${size}).`,
  },
  es: {
    forward: "Hacia delante", backward: "Hacia atrás", direction: "Dirección", mode: "agrupación", max: "máximo",
    average: "media", winner: "máx.", image: "imagen", filter: "filtro", size: "ventana", stride: "paso", padding: "relleno",
    dilation: "dilatación", bias: "sesgo", rows: "filas", columns: "columnas", reset: "Empezar de nuevo",
    x: "imagen x", w: "filtro w", y: "mapa y", dy: "gradiente dy", dx: "dx, a la imagen", dw: "dw, al filtro",
    previous: "Salida anterior", play: "Reproducir", next: "Salida siguiente", step: "Salida",
    cell: (name, i, j) => `${name}, fila ${i}, columna ${j}`,
    made: (i, j, value) => `Fila ${i}, columna ${j}: ${value}`,
    handedOut: (i, j, value) => `La fila ${i}, columna ${j}, reparte su dy, ${value}`,
    notNumber: (text, where) => `«${text}» no es un número (${where}). Prueba con uno como 2, -1 o 0.5.`,
    notInRange: (name, low, high) => `«${name}» tiene que ser un número entero de ${low} a ${high}.`,
    notInside: (reach, axis, padded) =>
      `No cabe ninguna ventana: cada una abarca ${reach} ${axis}, y la imagen, con su relleno, tiene ${padded}.`,
    tooMuchPadding: (padding, axis, size) =>
      `El relleno, ${padding}, tiene que ser menor que la ventana (${axis}: ${size}).`,
  },
};
