// A camera that shows somebody who is drawn, in place of the test picture of Chromium. `look` is one of the looks in
// scripts/screenshot.py; the head moves a little, so that frames flow as those of a camera do.
(look) => {
  const canvas = document.createElement("canvas");
  canvas.width = 640;
  canvas.height = 360;
  const paint = canvas.getContext("2d");

  const oval = (x, y, width, height, colour) => {
    paint.fillStyle = colour;
    paint.beginPath();
    paint.ellipse(x, y, width, height, 0, 0, 2 * Math.PI);
    paint.fill();
  };

  const room = () => {
    paint.fillStyle = look.wall;
    paint.fillRect(0, 0, 640, 360);
    paint.fillStyle = "rgba(255, 255, 255, 0.16)";
    paint.fillRect(60, 40, 130, 150);
    paint.fillRect(470, 120, 130, 8);
    for (const [x, height] of [[480, 44], [496, 56], [514, 38], [540, 50], [556, 46]]) paint.fillRect(x, 120 - height, 12, height);
  };

  const draw = (now) => {
    const x = 320 + 6 * Math.sin(now / 900);
    const y = 165 + 3 * Math.sin(now / 600);
    room();
    oval(320, 400, 165, 150, look.shirt);
    if (look.long) oval(x, y + 40, 92, 120, look.hair);
    paint.fillStyle = look.skin;
    paint.fillRect(x - 24, y + 50, 48, 60);
    oval(x, y - 22, 84, 88, look.hair);
    oval(x, y, 70, 84, look.skin);
    oval(x, y - 74, 72, 26, look.hair);
    for (const side of [-1, 1]) {
      oval(x + 26 * side, y - 6, 6, 7, "#2b2320");
      if (look.glasses) {
        paint.strokeStyle = "#2b2320";
        paint.lineWidth = 4;
        paint.strokeRect(x + 26 * side - 19, y - 22, 38, 30);
      }
    }
    paint.strokeStyle = "#8c4a3f";
    paint.lineWidth = 5;
    paint.lineCap = "round";
    paint.beginPath();
    paint.arc(x, y + 26, 24, 0.2 * Math.PI, 0.8 * Math.PI);
    paint.stroke();
  };
  setInterval(() => draw(performance.now()), 50);
  draw(0);

  const devices = navigator.mediaDevices;
  const open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (wanted) => {
    const stream = await open(wanted);
    for (const track of stream.getVideoTracks()) {
      stream.removeTrack(track);
      const [drawn] = canvas.captureStream(20).getVideoTracks();
      drawn.getSettings = () => ({ ...track.getSettings(), width: 640, height: 360 });
      stream.addTrack(drawn);
    }
    return stream;
  };
}
