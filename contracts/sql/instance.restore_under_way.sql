-- instance.restore_under_way -> _UnderWay
SELECT instance.unfinished_restore
FROM instance
